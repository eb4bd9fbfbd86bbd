import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { TestHome } from '../builders.ts';
import { envelope, idOf, jsonl, offsetOf, paginated, record, rolloutName, turn } from '../builders.ts';
import { addThread, makeCodexDatabase } from './codex-database.ts';
import { segment, session, special } from './varied-home.ts';

const folder = 'sessions/2026/01/02';

export function pathOf(home: TestHome, id: string, options: Parameters<typeof rolloutName>[1] = {}): string {
  return join(home.path, options.archived ? 'archived_sessions' : folder, rolloutName(id, options));
}

export function appendTurn(home: TestHome, id: string): void {
  appendFileSync(pathOf(home, id), jsonl(envelope(...turn('appended'))));
}

/** What may happen to the varied home between two listings. */
export const changes: [what: string, change: (home: TestHome) => void][] = [
  ['nothing', () => {}],
  ['a turn appended', (home) => appendTurn(home, special.plain)],
  ['a turn appended to a long session', (home) => appendTurn(home, special.large)],
  ['half a line appended', (home) => appendFileSync(pathOf(home, special.large), '{"timestamp":"2026')],
  [
    'a session added to a folder that was there',
    (home) => home.rollout(idOf(50), session(idOf(50), 'new'), { time: '2026-01-02T09-00-00' }),
  ],
  [
    'a session added on another day',
    (home) => home.write(`sessions/2027/02/03/${rolloutName(idOf(50))}`, jsonl(session(idOf(50), 'new'))),
  ],
  [
    'a session moved to another day',
    (home) => {
      mkdirSync(join(home.path, 'sessions/2026/01/09'));
      renameSync(pathOf(home, special.plain), join(home.path, 'sessions/2026/01/09', rolloutName(special.plain)));
    },
  ],
  [
    'a day renamed, with all that is in it',
    (home) => renameSync(join(home.path, folder), join(home.path, 'sessions/2026/01/03')),
  ],
  ['compressed, the time kept', (home) => execFileSync('zstd', ['-q', '--rm', pathOf(home, special.plain)])],
  ['compressed, the plain file left', (home) => execFileSync('zstd', ['-q', pathOf(home, special.large)])],
  [
    'decompressed',
    (home) => execFileSync('zstd', ['-q', '-d', '--rm', pathOf(home, special.compressed, { compressed: true })]),
  ],
  ['the plain one of two removed', (home) => unlinkSync(pathOf(home, special.twins))],
  ['a session removed', (home) => unlinkSync(pathOf(home, special.large))],
  ['a fork removed', (home) => unlinkSync(pathOf(home, special.fork))],
  ['the parent of a fork by reference removed', (home) => unlinkSync(pathOf(home, special.parent))],
  ['the parent of a copied fork removed', (home) => unlinkSync(pathOf(home, special.plain))],
  [
    'the parent of a copied fork written anew',
    (home) => writeFileSync(pathOf(home, special.plain), jsonl(session(special.plain, 'another'))),
  ],
  ['the parent of a fork compressed', (home) => execFileSync('zstd', ['-q', '--rm', pathOf(home, special.parent)])],
  [
    'a parent that was missing added',
    (home) =>
      home.rollout(idOf(99), paginated(0, record.meta(idOf(99), { history_mode: 'paginated' }), ...turn('found'))),
  ],
  ['archived', (home) => renameSync(pathOf(home, special.plain), pathOf(home, special.plain, { archived: true }))],
  [
    'the parent of a fork archived',
    (home) => renameSync(pathOf(home, special.parent), pathOf(home, special.parent, { archived: true })),
  ],
  [
    'brought back from the archive',
    (home) => renameSync(pathOf(home, special.archived, { archived: true }), pathOf(home, special.archived)),
  ],
  ['touched', (home) => utimesSync(pathOf(home, special.plain), 1e9, Date.now() / 1000)],
  ['written anew with the same length', (home) => swap(pathOf(home, special.plain), 'one', 'eno')],
  [
    'written anew with the same length, a long session, at its end',
    (home) => swap(pathOf(home, special.large), 'gpt-5', 'gpt-6', 80_000),
  ],
  [
    'written anew and longer, a long session, in its middle',
    (home) => {
      swap(pathOf(home, special.large), 'task_started', 'task_undone', 40_000);
      swap(pathOf(home, special.large), 'task_complete', 'task_unfinished', 40_000);
      appendTurn(home, special.large);
    },
  ],
  ['cut off', (home) => writeFileSync(pathOf(home, special.large), jsonl(session(special.large, 'short')))],
  [
    'replaced by a file of the same time and size',
    (home) => {
      const path = pathOf(home, special.plain);
      const { atimeMs, mtimeMs } = statSync(path);
      writeFileSync(`${path}.new`, readFileSync(path, 'utf8').replaceAll('one', 'eno'));
      utimesSync(`${path}.new`, atimeMs / 1000, mtimeMs / 1000);
      renameSync(`${path}.new`, path);
    },
  ],
  [
    'replaced by a link',
    (home) => {
      const path = pathOf(home, special.plain);
      renameSync(path, join(home.path, 'aside'));
      symlinkSync(join(home.path, 'aside'), path);
    },
  ],
  [
    'replaced by a folder',
    (home) => {
      unlinkSync(pathOf(home, special.plain));
      mkdirSync(pathOf(home, special.plain));
    },
  ],
  ['everything removed', (home) => rmSync(join(home.path, 'sessions'), { recursive: true })],
  [
    'a revert',
    (home) => {
      const first = readFileSync(pathOf(home, special.parent), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      const history_base = { thread_id: special.parent, end_ordinal_exclusive: 9, end_byte_offset: offsetOf(first, 9) };
      const meta = record.meta(special.parent, { history_mode: 'paginated', history_base });
      home.rollout(special.parent, paginated(9, meta, ...turn('again')), { segment: idOf(71) });
    },
  ],
  [
    'the segment of a revert removed',
    (home) => unlinkSync(pathOf(home, special.reverted, { segment, time: '2026-01-02T05-00-00' })),
  ],
  ['a name given', (home) => home.names({ [special.plain]: 'another name', [special.fork]: 'the fork' })],
  ['all names removed', (home) => unlinkSync(join(home.path, 'session_index.jsonl'))],
  [
    "a name given in Codex's database",
    (home) => {
      const database = makeCodexDatabase(home.path);
      addThread(database, { id: special.parent, path: pathOf(home, special.parent) });
      database.prepare('UPDATE threads SET name = ?').run('of the database');
      database.close();
    },
  ],
  [
    'a file that two sessions claim',
    (home) => {
      home.rollout(idOf(51), session(idOf(51), 'x'), { segment: idOf(72), time: '2026-01-02T01-00-00' });
      home.rollout(idOf(52), session(idOf(52), 'y'), { segment: idOf(72), time: '2026-01-02T02-00-00' });
    },
  ],
];

/** Other text in the same file, from an offset on. */
function swap(path: string, from: string, to: string, offset = 0): void {
  const content = readFileSync(path, 'utf8');
  writeFileSync(path, content.slice(0, offset) + content.slice(offset).replaceAll(from, to));
}
