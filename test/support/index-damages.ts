import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeFolder, type TestHome } from '../builders.ts';
import { addThread, makeCodexDatabase } from './codex-database.ts';
import { changeIndex, Database, stateDb } from './list-sessions.ts';
import { special } from './varied-home.ts';

/** Puts an index in its place, and removes whatever was there. */
export function resetIndex(home: TestHome, index: Buffer | null): void {
  for (const name of readdirSync(home.path))
    if (name.startsWith('state.db')) rmSync(join(home.path, name), { recursive: true });
  if (index) writeFileSync(stateDb(home), index, { mode: 0o600 });
}

export type Damage = [what: string, damage: (home: TestHome) => void];

/** What may happen to the index of the varied home. */
export const damages: Damage[] = [
  ...changesOfFile(),
  ...inTheWay(),
  ...foreign(),
  ...changesOfTables(),
  ...['-wal', '-shm', '-journal'].flatMap((end): Damage[] => [
    [`garbage in its ${end}`, (home) => writeFileSync(`${stateDb(home)}${end}`, 'garbage'.repeat(5000))],
    [`an empty ${end}`, (home) => writeFileSync(`${stateDb(home)}${end}`, '')],
    [`a folder for its ${end}`, (home) => mkdirSync(`${stateDb(home)}${end}`)],
  ]),
];

function changesOfFile(): Damage[] {
  const lengths = [0, 1, 15, 16, 99, 100, 511, 4095, 4096, 4097, 8192, 20_000];
  return [
    ['deleted', (home) => resetIndex(home, null)],
    ...lengths.map((length): Damage => [`cut to ${length} bytes`, (home) => truncateSync(stateDb(home), length)]),
    ['cut by a byte', (home) => change(home, (index) => index.subarray(0, -1))],
    ['half of it zeros', (home) => change(home, (index) => index.fill(0, index.length >> 1))],
    ['garbage', (home) => change(home, () => Buffer.from('this is no database'.repeat(1000)))],
    ['garbage behind the right beginning', (home) => change(home, (index) => index.fill('x', 100))],
    ['longer than it was', (home) => change(home, (index) => Buffer.concat([index, Buffer.alloc(10_000, 'x')]))],
    ['chmod 000', (home) => chmodSync(stateDb(home), 0)],
  ];
}

function change(home: TestHome, edit: (index: Buffer) => Buffer): void {
  writeFileSync(stateDb(home), edit(readFileSync(stateDb(home))));
}

function inTheWay(): Damage[] {
  const instead = (place: (path: string, home: TestHome) => void) => (home: TestHome) => {
    resetIndex(home, null);
    place(stateDb(home), home);
  };
  return [
    ['a folder', instead((path) => mkdirSync(path))],
    ['a folder with files in it', instead((_path, home) => home.write('state.db/x', 'x'))],
    [
      'a link to a good one',
      (home) => {
        renameSync(stateDb(home), join(home.path, 'elsewhere'));
        symlinkSync('elsewhere', stateDb(home));
      },
    ],
    ['a link to nowhere', instead((path) => symlinkSync('nowhere', path))],
    ['a link to itself', instead((path) => symlinkSync('state.db', path))],
    ['a FIFO', instead((path) => execFileSync('mkfifo', [path]))],
  ];
}

function foreign(): Damage[] {
  const version = (number: number): Damage => [
    `of version ${number}`,
    (home) => void changeIndex(home, (database) => database.pragma(`user_version = ${number}`)),
  ];
  return [
    [
      "Codex's schema",
      (home) => {
        resetIndex(home, null);
        const database = makeCodexDatabase(home.path, 'state.db');
        addThread(database, { id: special.plain, path: '/x' });
        database.close();
      },
    ],
    [
      "another program's",
      (home) => {
        resetIndex(home, null);
        const database = new Database(stateDb(home));
        database.exec('CREATE TABLE threads (id TEXT); PRAGMA user_version = 1');
        database.close();
      },
    ],
    version(-1),
    version(0),
    version(1000),
    ['of another owner', (home) => void changeIndex(home, (database) => database.pragma('application_id = 7'))],
    [
      // A log that is sound, of Codex's database.
      'with the log of another database',
      (home) => {
        const other = makeFolder();
        const database = makeCodexDatabase(other);
        addThread(database, { id: special.plain, path: '/x' });
        cpSync(join(other, 'state_5.sqlite-wal'), `${stateDb(home)}-wal`);
        database.close();
      },
    ],
  ];
}

function changesOfTables(): Damage[] {
  const sql = (query: string) => (home: TestHome) => void changeIndex(home, (database) => database.exec(query));
  const here = `WHERE thread_id = '${special.plain}'`;
  const tables = ['threads', 'files', 'folders', 'stale', 'settings', 'obstacles', 'dependencies', 'readings'];
  const texts = ['row', 'cwd', 'branch', 'model', 'source'];
  const numbers = ['archived', 'created_ms', 'updated_ms', 'age_ms', 'size', 'tokens', 'revision', 'checksum'];
  const facts = [
    'path',
    'folder',
    'thread_id',
    'rollout_id',
    'archived',
    'compressed',
    'dev',
    'ino',
    'size',
    'mtime_ns',
  ];
  return [
    ...tables.map((table): Damage => [`without its table ${table}`, sql(`DROP TABLE ${table}`)]),
    ...tables.map((table): Damage => [`with nothing in its table ${table}`, sql(`DELETE FROM ${table}`)]),
    ['with a row less', sql(`DELETE FROM threads ${here}`)],
    ['with a file less', sql(`DELETE FROM files ${here}`)],
    ...texts.map((name): Damage => [`with another ${name}`, sql(`UPDATE threads SET ${name} = 'x' ${here}`)]),
    ...numbers.map((name): Damage => [`with another ${name}`, sql(`UPDATE threads SET ${name} = 1 ${here}`)]),
    ...facts.map((name): Damage => [`with another ${name} of a file`, sql(`UPDATE files SET ${name} = 1 ${here}`)]),
    ['with another path of a folder', sql("UPDATE folders SET path = path || 'x'")],
    ['with a stale thread that is none', sql("INSERT INTO stale VALUES ('not one', 1)")],
  ];
}
