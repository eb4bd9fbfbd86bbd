import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type DeletionCheck, verifyDeletion } from '../../../src/engine/purge/verify-deletion.ts';
import { validateDeletionCheck } from '../../../src/format/schemas.ts';
import { homeAt } from '../../../src/store/home.ts';
import { envelope, idOf, makeHome, record, type TestHome, turn } from '../../builders.ts';
import { addTraces, inDatabase, makeCodexDatabases } from '../../support/codex-databases.ts';
import { purge, trashSessions } from '../prune/trash-and-purge.ts';

const [one, two, stays] = [idOf(1), idOf(2), idOf(3)];
let home: TestHome;
let rollout: string;
let trashTx: string;

beforeEach(async () => {
  home = makeHome();
  makeCodexDatabases(home.path);
  for (const id of [one, two, stays]) {
    addTraces(home.path, id);
    home.rollout(id, envelope(record.meta(id), ...turn(`words of ${id}`)));
  }
  home.names({ [one]: 'a name', [stays]: 'another' });
  rollout = `sessions/2026/01/02/rollout-2026-01-02T03-04-05-${one}.jsonl`;
  trashTx = await trashSessions(home.path, one, two);
});

describe('a move to the trash', () => {
  it('is proved: files are there as they were, and not in the home', async () => {
    const checks = await verify(trashTx);
    expect(checks.map(({ layer, phase, sessions }) => [layer, phase, sessions])).toEqual([
      ['journal', 'trashed', 2],
      ['trash', 'trashed', 2],
      ['rollouts', 'trashed', 2],
    ]);
    expect(faultsOf(checks)).toEqual({});
  });

  it.each([
    ['is missing', (place: string) => rmSync(place)],
    ['has another size', (place: string) => appendFileSync(place, 'x')],
    [
      'has another content',
      (place: string) => writeFileSync(place, readFileSync(place, 'latin1').replace('words', 'swords'.slice(0, 5))),
    ],
  ])('is not, when a file %s', async (message, change) => {
    change(join(home.path, '.sessions/trash', trashTx, 'files', rollout));
    expect(faultsOf(await verify(trashTx))).toEqual({ trash: [[one, message]] });
  });

  it('is not, when the session is in the home as well, or the journal was changed', async () => {
    home.write(rollout, '{}\n');
    expect(faultsOf(await verify(trashTx))).toEqual({ rollouts: [[one, 'is in the home']] });
    const journal = join(home.path, '.sessions/journal.jsonl');
    writeFileSync(journal, readFileSync(journal, 'utf8').replace('a test', 'a tes_'));
    expect(faultsOf(await verify(trashTx)).journal).toEqual([[null, expect.stringMatching(/^line 2: /)]]);
  });

  it('of which nobody knows is a wrong operand', async () => {
    for (const tx of [idOf(7), trashTx.slice(0, 3), `${trashTx}0`])
      await expect(verifyDeletion(homeAt(home.path), tx)).rejects.toMatchObject({ kind: 'usage' });
  });

  it('is named by the beginning of its id as well', async () => {
    const checks = await verifyDeletion(homeAt(home.path), trashTx.slice(0, 13).toUpperCase());
    expect([...new Set(checks.map(({ tx }) => tx))]).toEqual([trashTx]);
  });
});

describe('a purge', () => {
  it('is proved in every layer, by its own transaction and by that of the trash', async () => {
    const { tx, left } = await purge(home.path);
    expect(left).toEqual([]);
    for (const name of [tx as string, trashTx]) {
      const checks = await verify(name);
      expect(checks).toHaveLength(16);
      expect(new Set(checks.map(({ phase }) => phase))).toEqual(new Set(['purged']));
      expect(faultsOf(checks)).toEqual({});
    }
  });

  it('is not, wherever something is left or has come back', async () => {
    const { tx } = await purge(home.path);
    inDatabase(home.path, 'goals_1.sqlite', (database) => {
      database.prepare("INSERT INTO thread_goals VALUES (?, 'again')").run(two);
    });
    home.names({ [one]: 'again', [stays]: 'another' });
    home.write(`shell_snapshots/${one}.1.sh`, 'x');
    home.write(`.sessions/trash/${idOf(8)}/files/${rollout}.zst`, 'x');
    expect(faultsOf(await verify(tx as string))).toEqual({
      trash: [[one, 'is left']],
      'codex-databases': [[two, 'is left']],
      names: [[one, 'is left']],
      'shell-snapshots': [[one, 'is left']],
    });
  });

  it('is not, without its tombstones and its receipt as they were written', async () => {
    const { tx } = await purge(home.path);
    rmSync(join(home.path, `.sessions/tombstones/${one}_${trashTx}.json`));
    const tombstone = join(home.path, `.sessions/tombstones/${two}_${trashTx}.json`);
    writeFileSync(tombstone, readFileSync(tombstone, 'utf8').replace(/"sha256":"./, '"sha256":"_'));
    appendFileSync(join(home.path, `.sessions/receipts/${tx}.json`), ' ');
    expect(faultsOf(await verify(tx as string))).toEqual({
      tombstone: [
        [one, 'is missing or damaged'],
        [two, 'does not say what the journal says'],
      ],
      receipt: [[null, 'is not what the journal recorded']],
    });
    rmSync(join(home.path, `.sessions/receipts/${tx}.json`));
    expect(faultsOf(await verify(tx as string)).receipt).toEqual([[null, 'is missing']]);
  });
});

async function verify(tx: string): Promise<DeletionCheck[]> {
  const checks = await verifyDeletion(homeAt(home.path), tx);
  for (const check of checks) {
    expect(validateDeletionCheck(check)).toEqual({ ok: true, unknown: null });
    expect(check.clean).toBe(check.faults.length === 0);
  }
  return checks;
}

function faultsOf(checks: DeletionCheck[]): { [layer: string]: [string | null, string][] } {
  const dirty = checks.filter(({ clean }) => !clean);
  return Object.fromEntries(
    dirty.map(({ layer, faults }) => [layer, faults.map(({ thread_id, message }) => [thread_id, message])]),
  );
}
