import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { DamagedRow } from '../../src/index/damaged-row.ts';
import { type FileRow, FileTable } from '../../src/index/file-table.ts';
import { type Database, openStateDb } from '../../src/index/state-db.ts';
import { type MadeTexts, TextTable } from '../../src/index/text-table.ts';
import { idOf, makeFolder } from '../builders.ts';

let path: string;
let database: Database;
let files: FileTable;
let table: TextTable;
beforeEach(() => {
  path = join(makeFolder(), 'state.db');
  database = open();
  files = new FileTable(database);
  table = new TextTable(database, wordsOf);
});

function open(): Database {
  return openStateDb(path, (reason) => {
    throw new Error(reason);
  });
}

function wordsOf(text: string): string {
  return text.toLowerCase();
}

function fileOf(number: number): FileRow {
  return {
    path: `/home/sessions/${number}.jsonl`,
    folder: '/home/sessions',
    thread_id: idOf(number),
    rollout_id: idOf(number),
    archived: 0,
    compressed: 0,
    dev: '1',
    ino: String(number),
    size: 10,
    mtime_ns: '00000000000000000005',
  };
}

function textsOf(file: FileRow, texts: string[], more: Partial<MadeTexts> = {}): MadeTexts {
  const rows = texts.map((text, index) => ({
    field: 'user',
    line: index + 1,
    offset: index * 100,
    turn: 1,
    timestamp: null,
    text,
    words: wordsOf(text),
  }));
  const facts = { status: 'indexed', memoryMode: null, cwd: null, isContinued: false } as const;
  const known = table.filesOf([file.thread_id])[0] ?? null;
  return { file, known, ...facts, from: 0, texts: rows, state: { offset: 1 }, isWhole: true, ...more };
}

function put(number: number, ...texts: string[]): FileRow {
  const file = fileOf(number);
  files.put(file);
  table.store([textsOf(file, texts)]);
  return file;
}

/** The texts in which a word is found, by file. */
function find(word: string): [thread: string, text: string | undefined][] {
  return table.match(`"${word}"`).map(([id]) => {
    const file = table.file(Math.floor(id / 2 ** 24));
    if (!file) throw new Error(`no file of ${id}`);
    return [file.thread_id, table.textOf(file, id)?.text];
  });
}

describe('texts', () => {
  it('are found by their words, with what is rarer and shorter ranked before', () => {
    put(1, 'One two', 'three');
    put(2, 'two three four two');
    expect(find('two')).toEqual([
      [idOf(1), 'One two'],
      [idOf(2), 'two three four two'],
    ]);
    const ranks = new Map(table.match('"three"').map(([id, rank]) => [id, rank]));
    expect(ranks.get(2 ** 24 + 1)).toBeLessThan(ranks.get(2 * 2 ** 24) as number);
    expect(table.stale()).toEqual([]);
  });

  it('are kept as they are, whatever characters they hold', () => {
    const texts = ['half \ud83d', 'nul \0 in it', '\ufeffmark', 'line\u2028end', 'é e\u0301 日本'];
    put(1, ...texts);
    for (const [index, text] of texts.entries()) {
      const file = table.file(1);
      expect(file && table.textOf(file, 2 ** 24 + index)?.text).toBe(text);
    }
  });

  it('are replaced from a number on, and only where they differ', () => {
    const file = put(1, 'a', 'b', 'c');
    files.put({ ...file, size: 20 });
    const [known] = table.stale();
    expect(known?.known).toMatchObject({ size: 10, status: 'indexed' });
    table.store([textsOf({ ...file, size: 20 }, ['x', 'y', 'z'], { from: 1 })]);
    expect(['a', 'b', 'c', 'x', 'z'].map((word) => find(word).length)).toEqual([1, 0, 0, 1, 1]);
    const changes = () => database.prepare('SELECT total_changes()').pluck().get() as number;
    const before = changes();
    table.store([textsOf({ ...file, size: 20 }, ['a', 'x', 'y', 'z'])]);
    // The row of the file, and no text: those after the first stand on other lines.
    expect(find('a')).toHaveLength(1);
    const again = changes();
    expect(again).toBeGreaterThan(before);
    table.store([textsOf({ ...file, size: 20 }, ['a', 'x', 'y', 'z'])]);
    expect(changes() - again).toBe(1);
  });

  it('of a file that is not whole stay asked for', () => {
    const file = fileOf(1);
    files.put(file);
    table.store([textsOf(file, ['a'], { isWhole: false })]);
    expect(table.stale().map(({ known }) => known?.state)).toEqual(['{"offset":1}']);
  });
});

describe('a change', () => {
  it('by somebody else is not overwritten', () => {
    const file = fileOf(1);
    files.put(file);
    const late = textsOf(file, ['late']);
    const other = new TextTable(open(), wordsOf);
    other.store([textsOf(file, ['early'])]);
    table.store([late]);
    expect([find('early').length, find('late').length]).toEqual([1, 0]);
    const [known] = table.filesOf([idOf(1)]);
    if (known) other.withhold(known);
    if (known) table.remove(known);
    expect(table.apart().map(({ status }) => status)).toEqual(['withheld']);
  });
});

describe('what is taken out', () => {
  it('is gone, also of many texts, and from the disk once it was scrubbed', () => {
    put(1, ...Array.from({ length: 1200 }, (_, index) => `text${index} zzhiddenzz`));
    put(2, 'stays');
    const [file] = table.filesOf([idOf(1)]);
    if (file) table.withhold(file);
    expect([find('zzhiddenzz').length, find('text7').length, find('stays').length]).toEqual([0, 0, 1]);
    expect(readFileSync(`${path}-wal`).includes('zzhiddenzz')).toBe(true);
    table.scrub();
    for (const end of ['', '-wal']) expect(readFileSync(`${path}${end}`).includes('zzhidden')).toBe(false);
    expect(database.prepare("INSERT INTO words (words) VALUES ('integrity-check')").run().changes).toBeDefined();
  });

  it('is everything', () => {
    put(1, 'a');
    table.clear();
    expect([find('a'), table.stale().length]).toEqual([[], 1]);
  });
});

describe('a file that is gone', () => {
  it('is an orphan, whose texts another one can have', () => {
    const file = put(1, 'a', 'b');
    files.remove(file.path);
    const [orphan] = table.orphans();
    expect(orphan?.path).toBe(file.path);
    const heir = { ...file, path: '/home/archived/1.jsonl' };
    files.put(heir);
    if (orphan) table.adopt(orphan, heir);
    expect(table.orphans()).toEqual([]);
    expect(table.stale().map(({ known }) => known?.id)).toEqual([1]);
    table.store([textsOf(heir, ['a', 'b'])]);
    expect([find('a').length, table.stale().length]).toEqual([1, 0]);
  });
});

describe('damage', () => {
  it.each([
    "UPDATE texts SET text = 'other'",
    'UPDATE texts SET line = 7',
    'DELETE FROM texts',
    'UPDATE text_files SET cwd = 1',
    "UPDATE files SET thread_id = 'x'",
  ])('is noticed when a text is looked at: %s', (sql) => {
    put(1, 'a');
    database.exec(sql);
    expect(() => find('a')).toThrow(DamagedRow);
  });
});
