import { appendFileSync, existsSync, lstatSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { homeAt } from '../../src/store/home.ts';
import { openJournal } from '../../src/store/journal.ts';
import type { JournalEvent } from '../../src/store/journal-entry.ts';
import { lastJournalTime, readJournal, verifyJournal } from '../../src/store/journal-read.ts';
import { idOf, makeHome, type TestHome } from '../builders.ts';

describe('the journal', () => {
  it('is a chain of lines that each follow from the one before', () => {
    const home = makeHome();
    expect([...readJournal(homeAt(home.path))]).toEqual([]);
    expect(existsSync(join(home.path, '.sessions'))).toBe(false);
    for (const number of [1, 2]) add(home, number, number + 10);
    const entries = [...readJournal(homeAt(home.path))];
    expect(entries.map(({ seq, tx }) => [seq, tx])).toEqual([1, 11, 2, 12].map((number, seq) => [seq, idOf(number)]));
    expect(verifyJournal(homeAt(home.path))).toEqual({ ok: true, entries: 4 });
    expect(lastJournalTime(homeAt(home.path))).toBeGreaterThan(Date.now() - 60_000);
    expect([lstatSync(fileOf(home)).mode & 0o777, lstatSync(join(fileOf(home), '..')).mode & 0o777]).toEqual([
      0o600, 0o700,
    ]);
  });

  it('shows the change of any byte, but those of an unfinished last line', () => {
    const home = makeHome();
    add(home, 1, 2);
    const bytes = readFileSync(fileOf(home));
    const missed: number[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] as number) ^ 0x04;
      writeFileSync(fileOf(home), changed);
      const verdict = verifyJournal(homeAt(home.path));
      if (verdict.ok && verdict.entries === 2) missed.push(at);
    }
    // The last line is held by the next one alone.
    const lastLine = bytes.lastIndexOf(0x0a, bytes.length - 2) + 1;
    expect(missed.filter((at) => at < lastLine)).toEqual([]);
  });

  it('is gone on with behind an unfinished line, and never behind a damaged one', () => {
    const home = makeHome();
    add(home, 1);
    const whole = readFileSync(fileOf(home), 'utf8');
    for (const rest of ['{"schema":"sess', '\0'.repeat(700)]) {
      writeFileSync(fileOf(home), whole + rest);
      expect(verifyJournal(homeAt(home.path))).toEqual({ ok: true, entries: 1 });
      add(home, 2);
      expect([...readJournal(homeAt(home.path))].map(({ tx }) => tx)).toEqual([idOf(1), idOf(2)]);
    }
    appendFileSync(fileOf(home), '{}\n');
    expect(verifyJournal(homeAt(home.path))).toMatchObject({ ok: false, line: 3 });
    expect(() => add(home, 3)).toThrow('the journal is damaged');
  });
});

function add(home: TestHome, ...numbers: number[]): void {
  const journal = openJournal(homeAt(home.path), { clock: systemClock });
  journal.append(numbers.map((number): JournalEvent => ({ event: 'purge-done', tx: idOf(number), receipt: null })));
  journal.close();
}

function fileOf(home: TestHome): string {
  return join(home.path, '.sessions/journal.jsonl');
}
