import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeFolder } from '../../builders.ts';
import { runHere } from '../../support/run-here.ts';

const root = join(import.meta.dirname, '../../../fixtures');
const files = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.jsonl(?:\.zst)?$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name));

it('the events of every fixture come back as they were, or are refused', { timeout: 120_000 }, async () => {
  let same = 0;
  for (const file of files) {
    const out = (await runHere(['export', '--no-validate', file])).out;
    const folder = makeFolder();
    const home = join(folder, 'home');
    mkdirSync(home);
    const run = (...args: string[]) => runHere(args, { env: { CODEX_HOME: home } });
    const path = join(folder, 'events.jsonl');
    writeFileSync(path, out);
    const { code, out: printed } = await run('import', '--json', path);
    if (code === 1 || code === 4) {
      // They do not say whose they are, or there are none.
      expect([file, out.length === 0 || out.includes('"thread_id":null')]).toEqual([file, true]);
      continue;
    }
    const { altered, thread_id: id } = JSON.parse(printed.toString());
    expect([file, code]).toEqual([file, altered === 0 ? 0 : 3]);
    const again = (await run('export', '--no-validate', id)).out;
    if (altered > 0) continue;
    expect([file, placeless(again)]).toEqual([file, placeless(out)]);
    same++;
  }
  expect(same).toBeGreaterThan(60);
});

/** Without what depends on the bytes of lines before, which may have held blanks. */
function placeless(out: Buffer): string {
  return out.toString().replace(/,"offset":\d+/g, '');
}
