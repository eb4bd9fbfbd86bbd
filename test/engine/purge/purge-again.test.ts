import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { verifyDeletion } from '../../../src/engine/purge/verify-deletion.ts';
import { validateDeletionReceipt, validateJournalEntry } from '../../../src/format/schemas.ts';
import { homeAt } from '../../../src/store/home.ts';
import { readJournal } from '../../../src/store/journal-read.ts';
import { envelope, idOf, makeHome, record, type TestHome, turn } from '../../builders.ts';
import { addTraces, inDatabase, makeCodexDatabases } from '../../support/codex-databases.ts';
import { purge, trashSessions } from '../prune/trash-and-purge.ts';

const [one, two, stays] = [idOf(1), idOf(2), idOf(3)];
let home: TestHome;
let first: string;

/** Purges two sessions of which a database tells that is of a version nobody knows. */
beforeEach(async () => {
  home = makeHome();
  makeCodexDatabases(home.path);
  for (const id of [one, two, stays]) {
    addTraces(home.path, id);
    home.rollout(id, envelope(record.meta(id), ...turn(`words of ${id}`)));
  }
  await trashSessions(home.path, one, two);
  move('goals_1.sqlite', 'goals_9.sqlite');
  const report = await purge(home.path);
  expect(new Set(report.left.map(({ thread_id }) => thread_id))).toEqual(new Set([one, two]));
  first = report.tx as string;
  expect(await faults()).toEqual(['codex-databases']);
});

describe('what a purge has left', () => {
  it('is tried again by each purge, until nothing is left, and then has a receipt', async () => {
    const again = await purge(home.path);
    expect([again.tx, again.completed, again.left.length]).toEqual([null, [], 2]);
    expect(receipts()).toHaveLength(1);
    move('goals_9.sqlite', 'goals_1.sqlite');
    const last = await purge(home.path);
    expect([last.tx, last.completed, last.left]).toEqual([null, [{ tx: first, sessions: 2 }], []]);
    expect(await faults()).toEqual([]);
    const kept = inDatabase(home.path, 'goals_1.sqlite', (database) =>
      database.prepare('SELECT * FROM thread_goals').all(),
    );
    expect(kept).toEqual([{ thread_id: stays, objective: 'the goal' }]);
    const [old, done] = receipts();
    expect(old).toMatchObject({ seq: 0, tx: first, completes: null });
    expect(done).toMatchObject({ seq: 1, completes: first, sessions: [{ thread_id: one }, { thread_id: two }] });
    expect(done?.checks.filter(({ clean }) => !clean)).toEqual([]);
    for (const receipt of receipts()) expect(validateDeletionReceipt(receipt)).toEqual({ ok: true, unknown: null });
    for (const entry of readJournal(homeAt(home.path))) {
      expect([entry.event, validateJournalEntry(entry)]).toEqual([entry.event, { ok: true, unknown: null }]);
    }
    const journal = readFileSync(join(home.path, '.sessions/journal.jsonl'), 'utf8');
    expect(await purge(home.path)).toMatchObject({ tx: null, completed: [], left: [] });
    expect(readFileSync(join(home.path, '.sessions/journal.jsonl'), 'utf8')).toBe(journal);
  });

  it('is left alone of a session that is there again', async () => {
    home.rollout(two, envelope(record.meta(two), ...turn('again')));
    move('goals_9.sqlite', 'goals_1.sqlite');
    expect((await purge(home.path)).completed).toEqual([{ tx: first, sessions: 1 }]);
    const kept = inDatabase(home.path, 'goals_1.sqlite', (database) =>
      database.prepare('SELECT thread_id FROM thread_goals ORDER BY 1').pluck().all(),
    );
    expect(kept).toEqual([two, stays]);
    expect((await purge(home.path)).completed).toEqual([]);
  });

  it('has its receipt, too, when the command dies that has removed it', async () => {
    move('goals_9.sqlite', 'goals_1.sqlite');
    const path = join(home.path, '.sessions/journal.jsonl');
    await purge(home.path);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) as string)).toMatchObject({ event: 'purge-done', from_tx: first });
    const before = receipts();
    home.write(
      '.sessions/journal.jsonl',
      lines
        .slice(0, -1)
        .map((line) => `${line}\n`)
        .join(''),
    );
    expect((await purge(home.path)).completed).toEqual([]);
    expect(receipts()).toEqual(before);
    expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(lines.length);
  });
});

function move(from: string, to: string): void {
  renameSync(join(home.path, from), join(home.path, to));
}

async function faults(): Promise<string[]> {
  const checks = await verifyDeletion(homeAt(home.path), first);
  return checks.filter(({ clean }) => !clean).map(({ layer }) => layer);
}

type Receipt = { seq: number; checks: { layer: string; clean: boolean }[] };

function receipts(): Receipt[] {
  const folder = join(home.path, '.sessions/receipts');
  const all = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Receipt);
  return all.sort((a, b) => a.seq - b.seq);
}
