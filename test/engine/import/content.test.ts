import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { checkWritten, contentOf } from '../../../src/engine/import/content.ts';
import type { Incoming } from '../../../src/engine/import/incoming.ts';
import { withIds } from '../../../src/engine/import/new-ids.ts';
import { idOf, jsonl, makeFolder, zstdFrame } from '../../builders.ts';
import { sessionLines } from '../../support/sealed-home.ts';

const [one, two] = [idOf(1), idOf(2)];
const folder = makeFolder();
const text = jsonl(sessionLines(one, 1));
const ids = new Map([[one, two]]);

function incoming(content: string | Uint8Array, sha256 = sha(text)): Incoming {
  const file = join(folder, `${Math.random()}.jsonl`);
  writeFileSync(file, content);
  return {
    ...{ threadId: one, rolloutId: one, file, sha256, damage: null, place: null, archived: false },
    ...{ begun: null, name: null, lines: null, altered: null },
  };
}

it('what was changed after it was checked is not taken', async () => {
  for (const content of [text, zstdFrame(text)]) {
    await expect(checkWritten(incoming(content).file, incoming(content))).resolves.toBeUndefined();
    expect((await read(contentOf(incoming(content), ids))).toString()).toBe(text.replaceAll(one, two));
  }
  const other = text.replace('turn 1', 'turn 2');
  for (const content of [other, zstdFrame(other), `${text}{}\n`, text.slice(0, -10), zstdFrame(text).subarray(0, -5)]) {
    await expect(checkWritten(incoming(content).file, incoming(content))).rejects.toMatchObject({ kind: 'findings' });
    await expect(read(contentOf(incoming(content), ids))).rejects.toMatchObject({ kind: 'findings' });
  }
});

it('a first record that is too long to be one is not given new ids', async () => {
  async function* blocks() {
    for (let count = 0; count < 65; count++) yield Buffer.alloc(1 << 20, 'x');
  }
  await expect(read(withIds(blocks(), ids, 'FILE'))).rejects.toMatchObject({ kind: 'findings', place: { line: 1 } });
});

async function read(blocks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const block of blocks) parts.push(Buffer.from(block));
  return Buffer.concat(parts);
}

function sha(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}
