import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { appendHolds, type HoldAdded, type HoldEntry, holdsPath, readHolds } from '../../src/store/holds.ts';
import { homeAt } from '../../src/store/home.ts';
import { lockStore } from '../../src/store/store-lock.ts';
import { idOf, makeFolder } from '../builders.ts';

describe('holds.jsonl', () => {
  it('is made when the first hold is added, for its user alone, and read back', () => {
    const home = newHome();
    expect(readHolds(home)).toEqual([]);
    append(home, add(1, idOf(1)), add(2));
    append(home, noted(2, idOf(3)), release(1));
    expect(statSync(holdsPath(home)).mode & 0o777).toBe(0o600);
    const [first, second] = readHolds(home);
    expect(first).toMatchObject({ added: add(1, idOf(1)), released: release(1), threadIds: new Set([idOf(1)]) });
    expect(second).toMatchObject({ released: null, threadIds: new Set([idOf(3)]), ancestorIds: new Set([idOf(4)]) });
  });

  it('loses no acknowledged hold to a cut at any byte, and takes no part of one for a hold', () => {
    const home = newHome();
    append(home, add(1, idOf(1)));
    const before = statSync(holdsPath(home)).size;
    append(home, add(2, idOf(2)));
    const whole = readFileSync(holdsPath(home));
    for (let size = before; size <= whole.length; size++) {
      writeFileSync(holdsPath(home), whole.subarray(0, size));
      const ids = readHolds(home).map(({ added }) => added.hold_id);
      // Only the line feed is missing from a record that is whole.
      expect(ids).toEqual(size >= whole.length - 1 ? [holdId(1), holdId(2)] : [holdId(1)]);
      if (size % 16 !== 0 && size < whole.length - 2) continue;
      append(home, add(3, idOf(3)));
      expect(readHolds(home).map(({ added }) => added.hold_id)).toEqual([...ids, holdId(3)]);
    }
  });

  it('takes NUL bytes at its end for what a loss of power left', () => {
    const home = newHome();
    append(home, add(1));
    appendFileSync(holdsPath(home), Buffer.alloc(512));
    expect(readHolds(home)).toHaveLength(1);
    append(home, add(2));
    expect(readHolds(home)).toHaveLength(2);
    expect(readFileSync(holdsPath(home)).includes(0)).toBe(false);
  });

  it.each([
    ['not JSON', '{"schema":"sessions.hold/1",\n', 'is not JSON'],
    ['an empty line', '\n', 'is not JSON'],
    ['bytes that are no text', Buffer.from([0x22, 0xff, 0x22, 0x0a]), 'is not JSON'],
    ['a later version', line({ ...add(7), schema: 'sessions.hold/2' }), 'is no hold of this version'],
    ['an unknown action', line({ ...add(7), action: 'widen' }), 'is no hold of this version'],
    ['a query with a test that is not known', line(query({ colour: 'red' })), 'is no hold of this version'],
    ['a time that is none', line(query({ since: '2026-02-31T00:00:00.000Z' })), 'a time that is none'],
    ['a hold added twice', line(add(1)), 'once more'],
    ['the release of an unknown hold', line(release(9)), 'never added'],
    ['the end of what has ended', line(release(1)) + line(release(1)), 'once more'],
  ])('is refused whole for %s, and says where', (_, damage, reason) => {
    const home = newHome();
    append(home, add(1));
    const size = statSync(holdsPath(home)).size;
    appendFileSync(holdsPath(home), damage);
    appendFileSync(holdsPath(home), line(add(8)));
    const isSecond = String(damage).split('\n').length > 2;
    const offset = isSecond ? size + line(release(1)).length : size;
    const failure = { kind: 'refused', exit: 4, message: expect.stringContaining(reason) };
    const place = { file: holdsPath(home), line: isSecond ? 3 : 2, offset };
    expect(thrownBy(() => readHolds(home))).toMatchObject({ ...failure, place });
    const bytes = readFileSync(holdsPath(home));
    expect(thrownBy(() => append(home, add(5)))).toMatchObject(failure);
    expect(readFileSync(holdsPath(home)).equals(bytes)).toBe(true);
  });

  it('is not read through a link, nor taken for empty when it cannot be read', () => {
    const linked = newHome();
    mkdirSync(join(linked.path, '.sessions'));
    symlinkSync('/dev/null', holdsPath(linked));
    expect(thrownBy(() => readHolds(linked))).toMatchObject({ kind: 'refused' });
    const folder = newHome();
    mkdirSync(holdsPath(folder), { recursive: true });
    expect(thrownBy(() => readHolds(folder))).toMatchObject({ kind: 'refused' });
    const file = newHome();
    writeFileSync(join(file.path, '.sessions'), '');
    expect(thrownBy(() => readHolds(file))).toMatchObject({ kind: 'refused' });
  });

  it.skipIf(process.geteuid?.() === 0)('is refused without the right to read it', () => {
    const home = newHome();
    append(home, add(1));
    chmodSync(holdsPath(home), 0);
    expect(thrownBy(() => readHolds(home))).toMatchObject({ kind: 'refused' });
  });

  it('writes nothing that it could not read', () => {
    const home = newHome();
    append(home, add(1));
    expect(thrownBy(() => append(home, add(1)))).toMatchObject({ kind: 'usage' });
    expect(thrownBy(() => append(home, { ...add(2), matter: '' }))).toBeInstanceOf(Error);
    expect(readHolds(home)).toHaveLength(1);
    truncateSync(holdsPath(home), 0);
    expect(readHolds(home)).toEqual([]);
  });
});

function newHome() {
  return homeAt(makeFolder());
}

function append(home: ReturnType<typeof newHome>, ...entries: HoldEntry[]): void {
  const lock = lockStore(home);
  try {
    appendHolds(home, lock, entries);
  } finally {
    lock.release();
  }
}

function holdId(number: number): string {
  return idOf(0x1000 + number);
}

function add(number: number, ...threadIds: string[]): HoldAdded {
  const selection = threadIds.length > 0 ? { thread_ids: threadIds, query: null } : { thread_ids: [], query: {} };
  return { ...head(number), action: 'add', matter: 'a case', selection, thread_ids: threadIds, ancestor_ids: [] };
}

function query(tests: { [key: string]: string }): object {
  return { ...add(7), selection: { thread_ids: [], query: tests } };
}

function noted(number: number, ...threadIds: string[]): HoldEntry {
  return { ...head(number), action: 'noted', thread_ids: threadIds, ancestor_ids: [idOf(4)] };
}

function release(number: number): HoldEntry {
  return { ...head(number), action: 'release', reason: 'done' };
}

function head(number: number) {
  const at = '2026-01-02T03:04:05.000Z';
  return { schema: 'sessions.hold/1' as const, hold_id: holdId(number), who: 'ada@bench', at };
}

function line(entry: object): string {
  return `${JSON.stringify(entry)}\n`;
}

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  return null;
}
