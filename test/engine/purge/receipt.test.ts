import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readDeletions } from '../../../src/engine/purge/deletion-state.ts';
import { gatherReceipts, isToldBy } from '../../../src/engine/purge/receipt-facts.ts';
import { parseReceipt, readReceipt } from '../../../src/engine/purge/receipt-files.ts';
import { openStore } from '../../../src/engine/trash/open-store.ts';
import { homeAt } from '../../../src/store/home.ts';
import { envelope, idOf, makeHome, record, type TestHome, turn } from '../../builders.ts';
import { clockAhead, purge, trashSessions } from '../prune/trash-and-purge.ts';

let home: TestHome;

beforeEach(async () => {
  home = makeHome();
  for (const n of [1, 2, 3]) home.rollout(idOf(n), envelope(record.meta(idOf(n)), ...turn(`words of ${n}`)));
});

describe('a receipt', () => {
  it('says what the journal says, each of several', async () => {
    await trashSessions(home.path, idOf(1), idOf(2));
    await purge(home.path);
    await trashSessions(home.path, idOf(3));
    await purge(home.path);
    const facts = gatherReceipts(homeAt(home.path));
    const receipts = stored();
    expect(receipts).toHaveLength(2);
    for (const receipt of receipts) {
      expect(isToldBy(facts.of(receipt.tx), receipt)).toBe(true);
      const other = receipts.find((one) => one !== receipt);
      expect(isToldBy(facts.of(other?.tx as string), receipt)).toBe(false);
      for (const change of [{ rule: 'x' }, { seq: 9 }, { sessions: [] }, { completes: 'x' }, { purged_at: 'x' }]) {
        expect(isToldBy(facts.of(receipt.tx), { ...receipt, ...change })).toBe(false);
      }
    }
  });

  it('that was put there before the journal knew it is replaced', async () => {
    await trashSessions(home.path, idOf(1));
    const { tx } = await purge(home.path);
    const path = join(home.path, `.sessions/receipts/${tx}.json`);
    const good = readFileSync(path, 'utf8');
    for (const planted of [good.replace(idOf(1), idOf(3)), '{', '']) {
      // As if the command had been killed between its receipt and the line that tells of it.
      const journal = join(home.path, '.sessions/journal.jsonl');
      const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
      expect(lines.pop()).toContain('purge-done');
      writeFileSync(journal, lines.map((line) => `${line}\n`).join(''));
      writeFileSync(path, planted);
      (await openStore(homeAt(home.path), { clock: clockAhead(20) })).close();
      expect(readFileSync(path, 'utf8')).toBe(good);
      expect(readDeletions(homeAt(home.path)).receipts).toHaveLength(1);
    }
    rmSync(path);
    expect(readReceipt(homeAt(home.path), tx as string)).toBeNull();
  });

  it('is hashed as its bytes are, also where they are no text', async () => {
    await trashSessions(home.path, idOf(1));
    const { tx } = await purge(home.path);
    const path = join(home.path, `.sessions/receipts/${tx}.json`);
    const hashOf = (bytes: Buffer) => {
      writeFileSync(path, bytes);
      return readReceipt(homeAt(home.path), tx as string);
    };
    const [one, other] = [hashOf(Buffer.from([0xef, 0xbf, 0xbd])), hashOf(Buffer.from([0xff]))];
    expect(one?.text).toBe(other?.text);
    expect(one?.sha256).not.toBe(other?.sha256);
  });
});

function stored() {
  const folder = join(home.path, '.sessions/receipts');
  return readdirSync(folder)
    .sort()
    .flatMap((name) => parseReceipt(readFileSync(join(folder, name), 'utf8')) ?? []);
}
