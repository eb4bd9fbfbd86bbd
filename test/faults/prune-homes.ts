import { linkSync, mkdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite from 'better-sqlite3';
import {
  type Entry,
  idOf,
  jsonl,
  type Payload,
  record,
  rolloutName,
  type TestHome,
  turn,
  zstdFrame,
} from '../builders.ts';

const Database = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite;

/** The moment at which the homes are judged. */
export const now = Date.parse('2026-11-22T12:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** What the test knows of a session because it made it; nothing of it was read from a file. */
export interface Made {
  id: string;
  files: MadeFile[];
  spawnedBy: string[];
  /** What holds cover along with it. */
  comesFrom: string[];
  /** Milliseconds since the epoch: what its records and its files say. */
  recorded: number[];
  touched: number[];
  isAmbiguous: boolean;
  archived: boolean;
  name: string | null;
  cwd: string | null;
  turns: number;
  /** Whether lines of it are no records. */
  isDamaged: boolean;
  /** Whether damage may have taken away what would tell where it works. */
  hidesCwd: boolean;
  pinned: boolean;
  locked: boolean;
  hardLinked: boolean;
  /** The id in its meta, where that is another one. */
  claims: string | null;
  /** Whether another file of the same id has other content. */
  hasTwin: boolean;
  holds: string[];
}

export interface MadeFile {
  rolloutId: string;
  /** The rollout that its history goes through. */
  base: string | null;
  bytes: number;
}

export interface MadeHome {
  sessions: Made[];
  locks: boolean;
  /** Whether something is in it that stops every run. */
  obstacle: string | null;
  /** The newest time of Codex's databases; null where there is none. */
  databaseMs: number | null;
  queryHolds: { id: string; cwd: string }[];
}

/** Fills a home with sessions that refer to each other. */
export function makeRandomHome(home: TestHome, random: () => number): MadeHome {
  const below = (n: number) => Math.floor(random() * n);
  const chance = (p: number) => random() < p;
  const pick = <T>(list: readonly T[]) => list[below(list.length)] as T;
  const count = 2 + below(11);
  const made: MadeHome = {
    ...{ sessions: [], locks: chance(0.75), obstacle: null, databaseMs: null, queryHolds: [] },
  };
  const isOld = chance(0.03);
  const someTime = (index: number) => {
    // Each is another one, so that the oldest is always one.
    const ages = [
      5 * minute,
      40 * minute,
      90 * minute,
      5 * hour,
      day,
      3 * day,
      6 * day,
      8 * day,
      20 * day,
      40 * day,
      100 * day,
    ];
    const age = isOld ? (190 + below(60)) * day : chance(0.04) ? -pick([minute, hour, 3 * day]) : pick(ages);
    return now - age - index * 1000 - below(900);
  };
  for (let index = 0; index < count; index++) makeSession(index);
  const ids = made.sessions.map(({ id }) => id);
  home.names(Object.fromEntries(made.sessions.flatMap(({ id, name }) => (name === null ? [] : [[id, name]]))));
  makeDatabase();
  makeHolds();
  for (const session of made.sessions) session.locked = made.locks && chance(0.04);
  if (made.locks) {
    mkdirSync(join(home.path, 'thread-writer-locks'));
    // An empty one: only its name tells that everybody takes locks.
    utimesSync(home.write('thread_history_1.sqlite', ''), 0, 1);
    made.databaseMs ??= 1000;
  }
  if (chance(0.03)) addObstacle();
  return made;

  function makeSession(index: number): void {
    const id = idOf(index + 1);
    const others = made.sessions;
    const session: Made = {
      ...{ id, files: [], spawnedBy: [], comesFrom: [], recorded: [], touched: [], isAmbiguous: false },
      ...{ archived: chance(0.2), name: chance(0.3) ? pick(['keep', 'tmp-1', 'tmp-2']) : null, turns: 0 },
      ...{
        cwd: pick(['/a', '/b']),
        isDamaged: false,
        hidesCwd: false,
        pinned: false,
        locked: false,
        hardLinked: chance(0.02),
      },
      ...{ claims: null, hasTwin: false, holds: [] },
    };
    others.push(session);
    const parent = index > 0 ? pick(others.slice(0, index)) : null;
    const kind = pick([
      'plain',
      'plain',
      'bare',
      'copy',
      'reference',
      'reference',
      'spawned',
      'spawned',
      'review',
      'reverted',
    ]);
    const meta: Payload = { cwd: session.cwd };
    let base: string | null = null;
    if (kind === 'copy' && parent) {
      meta.forked_from_id = parent.id;
      session.comesFrom.push(parent.id);
    }
    if (kind === 'reference') {
      const target = chance(0.08) ? idOf(900 + below(3)) : chance(0.08) ? idOf(1 + below(count)) : null;
      base = target ?? (parent ? pick(parent.files).rolloutId : null);
      if (parent && !target) {
        meta.forked_from_id = parent.id;
        session.comesFrom.push(parent.id);
      }
    }
    if ((kind === 'spawned' || kind === 'review') && parent) {
      const spawn = { subagent: { thread_spawn: { parent_thread_id: parent.id, depth: 1 } } };
      meta.source = kind === 'review' ? { subagent: 'review' } : spawn;
      if (kind === 'review' || chance(0.5)) meta.parent_thread_id = parent.id;
      if (kind === 'spawned') session.spawnedBy.push(parent.id);
      session.comesFrom.push(parent.id);
    }
    if (chance(0.03) && parent && kind !== 'bare') session.claims = parent.id;
    const segments = kind === 'reverted' ? 1 + below(2) : 0;
    const isPaginated = base !== null || segments > 0;
    for (let part = 0; part <= segments; part++) {
      const rolloutId = part === 0 ? id : idOf(1000 + index * 10 + part);
      const ownBase = part === 0 ? base : (session.files.at(-1) as MadeFile).rolloutId;
      const isLast = part === segments;
      const recordedMs = someTime(index);
      const mtimeMs = chance(0.6) ? recordedMs + 1 : someTime(index);
      const payload: Payload = { ...meta, ...(isPaginated && { history_mode: 'paginated' }) };
      if (ownBase !== null) payload.history_base = { thread_id: ownBase, end_ordinal_exclusive: 1, end_byte_offset: 1 };
      const hasTurns = kind === 'bare' || part > 0 || base !== null || chance(0.8);
      let lines: object[];
      if (kind === 'bare') {
        lines = [{ id, timestamp: '2026-01-01T00:00:00Z', instructions: null }, { record_type: 'state' }, bareMessage];
        session.cwd = null;
        session.turns = 1;
      } else {
        const entries: Entry[] = [record.meta(session.claims ?? id, payload)];
        if (kind === 'copy' && parent && session.claims === null && chance(0.5)) entries.push(record.meta(parent.id));
        if (hasTurns) entries.push(...turn(`${id}-${part}`));
        if (hasTurns) session.turns++;
        const at = (line: number) => new Date(recordedMs - (entries.length - 1 - line) * 10).toISOString();
        lines = entries.map(([type, value], line) => ({
          timestamp: at(line),
          ...(isPaginated && { ordinal: line }),
          type,
          payload: value,
        }));
        // The meta of a fork tells when it was made.
        ((lines[0] as { payload: Payload }).payload as Payload).timestamp = at(0);
        session.recorded.push(recordedMs);
        if (isLast && chance(0.04)) {
          session.isAmbiguous = true;
          // What a record before it says does not count; when a fork was made does.
          session.recorded.pop();
          if (meta.forked_from_id) session.recorded.push(Date.parse(at(0)));
          const wrong = pick([
            '2026-01-02T03:04:05',
            '1970-01-01T00:00:00Z',
            '10000-01-01T00:00:00Z',
            '2026-06-30T23:59:60Z',
            null,
          ]);
          const last = lines.at(-1) as { timestamp?: string };
          if (wrong === null) delete last.timestamp;
          else last.timestamp = wrong;
        }
      }
      let text = jsonl(lines as object[]);
      if (isLast && kind !== 'bare' && chance(0.06)) {
        session.isDamaged = true;
        text = text.replace('\n', '\n{"broken": \n');
      }
      if (isLast && chance(0.05)) {
        session.isDamaged = true;
        session.hidesCwd = kind === 'bare';
        text += '{"timestamp":"2026-11-2';
      }
      session.files.push(...writeFiles(session, { rolloutId, base: ownBase, text, mtimeMs, isSegment: part > 0 }));
    }
  }

  function writeFiles(
    session: Made,
    file: { rolloutId: string; base: string | null; text: string; mtimeMs: number; isSegment: boolean },
  ): MadeFile[] {
    const { rolloutId, base, text, mtimeMs, isSegment } = file;
    const options = isSegment ? { segment: rolloutId } : {};
    const folder = session.archived ? 'archived_sessions' : `sessions/2026/01/0${1 + below(3)}`;
    const written: MadeFile[] = [];
    const write = (compressed: boolean, content: string, ms: number) => {
      const bytes = compressed ? zstdFrame(content) : content;
      const path = home.write(`${folder}/${rolloutName(session.id, { ...options, compressed })}`, bytes);
      utimesSync(path, ms / 1000, ms / 1000);
      session.touched.push(ms);
      written.push({ rolloutId, base, bytes: statSync(path).size });
      return path;
    };
    const compressed = chance(0.2);
    const path = write(compressed, text, mtimeMs);
    if (session.hardLinked) {
      mkdirSync(join(home.path, 'elsewhere'), { recursive: true });
      linkSync(path, join(home.path, 'elsewhere', rolloutName(session.id, options)));
    }
    if (!compressed && chance(0.08)) {
      // What Codex leaves of a compressed session that was gone on with, or a copy of something else.
      const isOther = chance(0.4);
      const kept = text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1) || text;
      if (isOther) session.hasTwin = true;
      write(
        true,
        isOther ? text.replace('"cwd":', '"dwc":').replace('"instructions"', '"instruments"') : kept,
        mtimeMs - 5,
      );
    }
    return written;
  }

  function makeDatabase(): void {
    if (!chance(0.5)) return;
    const path = join(home.path, 'state_5.sqlite');
    const database = new Database(path);
    const hasPins = chance(0.8);
    database.exec(`CREATE TABLE threads (id TEXT PRIMARY KEY, title TEXT${hasPins ? ', is_pinned INTEGER' : ''})`);
    database.exec('CREATE TABLE thread_spawn_edges (parent_thread_id TEXT, child_thread_id TEXT, status TEXT)');
    for (const session of made.sessions) {
      if (!chance(0.7)) continue;
      session.pinned = hasPins && chance(0.1);
      if (hasPins) database.prepare('INSERT INTO threads VALUES (?, ?, ?)').run(session.id, '', session.pinned ? 1 : 0);
      else database.prepare('INSERT INTO threads VALUES (?, ?)').run(session.id, '');
      if (!chance(0.06)) continue;
      const parent = pick(ids);
      database.prepare('INSERT INTO thread_spawn_edges VALUES (?, ?, ?)').run(parent, session.id, 'open');
      if (parent !== session.id) session.spawnedBy.push(parent);
    }
    database.close();
    made.databaseMs = now + (chance(0.04) ? 2 * hour : chance(0.2) ? -300 * day : -below(hour));
    utimesSync(path, made.databaseMs / 1000, made.databaseMs / 1000);
  }

  function makeHolds(): void {
    const lines: object[] = [];
    const add = (n: number, selection: object, threadIds: string[]) => {
      const hold_id = idOf(7000 + n);
      const act = { schema: 'sessions.hold/1', hold_id, who: 'ada@host', at: '2026-11-01T00:00:00.000Z' };
      lines.push({ ...act, action: 'add', matter: 'm', selection, thread_ids: threadIds, ancestor_ids: [] });
      return { hold_id, act };
    };
    for (let n = 0; chance(0.3) && n < 3; n++) {
      const held = pick(made.sessions);
      const { hold_id, act } = add(n, { thread_ids: [held.id], query: null }, [held.id]);
      if (chance(0.25)) lines.push({ ...act, action: 'release', reason: 'over' });
      else held.holds.push(hold_id);
    }
    if (chance(0.06)) {
      const cwd = pick(['/a', '/c']);
      made.queryHolds.push({ id: add(9, { thread_ids: [], query: { cwd } }, []).hold_id, cwd });
    }
    if (lines.length > 0) home.write('.sessions/holds.jsonl', jsonl(lines));
  }

  function addObstacle(): void {
    made.obstacle = pick(['link', 'folder', 'head', 'compressed head', 'holds']);
    const name = `sessions/2026/01/02/${rolloutName(idOf(800))}`;
    mkdirSync(join(home.path, 'sessions/2026/01/02'), { recursive: true });
    if (made.obstacle === 'link') symlinkSync('/etc/passwd', join(home.path, name));
    if (made.obstacle === 'folder') mkdirSync(join(home.path, name));
    if (made.obstacle === 'head')
      home.write(name, `{"timestamp":"x","type":"session_meta","payload":{"id":\n${jsonl([])}`);
    if (made.obstacle === 'compressed head') home.write(`${name}.zst`, zstdFrame('x'.repeat(5000)).subarray(0, 8));
    if (made.obstacle === 'holds') {
      mkdirSync(join(home.path, '.sessions'), { recursive: true });
      writeFileSync(join(home.path, '.sessions/holds.jsonl'), 'nonsense\n');
    }
  }
}

const bareMessage = { type: 'message', id: null, role: 'user', content: [{ type: 'input_text', text: 'hello' }] };
