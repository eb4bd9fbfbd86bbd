import { Failure } from '../../base/failure.ts';
import { readCodexMarks } from '../../index/codex-marks.ts';
import type { ThreadRow } from '../../model/thread-row.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import type { Home } from '../../store/home.ts';
import { createLiveProbe } from '../../store/live.ts';
import { type Catalog, loadCatalog } from '../catalog.ts';
import { readNames } from '../names.ts';
import { findClaims } from './claims.ts';
import type { Reason } from './plan.ts';
import { type FileFacts, readFileFacts, unreadable } from './read-file.ts';
import { readRows } from './read-rows.ts';

/** What is known of every session of a home, from its files and from Codex's database; nothing of it from an index. */
export interface Survey {
  home: Home;
  catalog: Catalog;
  /** By thread id, in that order. */
  threads: Map<string, ThreadFacts>;
  /** Ids of the threads that have a file of this rollout id. */
  owners: Map<string, Set<string>>;
}

export interface ThreadFacts {
  threadId: string;
  /** Every file of it: segments, and copies that others of them hide. */
  files: FileFacts[];
  archived: boolean;
  sizeBytes: number;
  name: string | null;
  /** Milliseconds since the epoch of the last record, else of its file. */
  updatedMs: number;
  /** The later of that and the times of its files. */
  ageMs: number;
  isTimeAmbiguous: boolean;
  /** Threads that have spawned it. */
  spawners: string[];
  live: boolean | null;
  isPinned: boolean;
  doubt: string | null;
  /** Why none of its files may be moved, whatever it is. */
  refusals: Reason[];
  /** Null where no row was asked for. */
  row: ThreadRow | null;
}

export interface SurveyOptions {
  /** Milliseconds since the epoch. */
  now: number;
  signal: AbortSignal;
  /** Whether the rows of `ls` are needed, for which all of every session is read. */
  needsRows: boolean;
  onProgress?: (what: string, done: number, of: number) => void;
}

/**
 * Looks at every session of a home. Of each file the beginning and the end are read, and nothing is changed.
 *
 * @throws Failure `refused` for what makes it impossible to know what refers to what, or what is pinned
 */
export async function surveyHome(home: Home, options: SurveyOptions): Promise<Survey> {
  for (let attempt = 1; ; attempt++) {
    const catalog = await loadCatalog(home);
    refuseObstacles(catalog);
    const files = await readFiles(catalog, options);
    if ('gone' in files) {
      // It was renamed while we looked: an archive, a compression. Of a name that is not UTF-8 that is always so.
      if (attempt < MOST_ATTEMPTS) continue;
      throw unreadable(files.gone, 'it cannot be found under its name');
    }
    return await gather(catalog, files.facts, options);
  }
}

/** @throws Failure `refused` where something lies in the way of the search */
export function refuseObstacles({ obstacles }: Pick<Catalog, 'obstacles'>): void {
  const [first, ...others] = obstacles;
  if (!first) return;
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`;
  throw new Failure(
    'refused',
    `nothing is pruned, because of what was found among the sessions: ${first.message}${more}`,
    {
      file: first.path,
      hint: 'move it out of the home, or make it readable; sessions validate lists all that is in the way',
    },
  );
}

/** Every file of each thread, those that others hide too. */
export function filesByThread(catalog: Catalog): Map<string, RolloutEntry[]> {
  const files = new Map([...catalog.threadIds].map((id) => [id, catalog.thread(id)]));
  for (const { entry } of catalog.hidden) {
    const own = files.get(entry.threadId);
    if (!own) files.set(entry.threadId, [entry]);
    else if (!own.some(({ path }) => path === entry.path)) own.push(entry);
  }
  return files;
}

async function readFiles(
  catalog: Catalog,
  options: SurveyOptions,
): Promise<{ facts: Map<string, FileFacts[]> } | { gone: string }> {
  const facts = new Map<string, FileFacts[]>();
  const faults: Failure[] = [];
  const byThread = filesByThread(catalog);
  for (const [threadId, entries] of [...byThread].sort(([a], [b]) => (a < b ? -1 : 1))) {
    options.signal.throwIfAborted();
    options.onProgress?.('looking at sessions', facts.size, byThread.size);
    const files: FileFacts[] = [];
    for (const entry of entries) {
      const read = await readFileFacts(catalog.home, entry).catch((error) => faultOf(error));
      if (!read) return { gone: entry.path };
      if (read instanceof Failure) faults.push(read);
      else files.push(read);
    }
    facts.set(threadId, files);
  }
  refuseUnreadable(faults);
  return { facts };
}

function faultOf(error: unknown): Failure {
  if (error instanceof Failure && error.kind === 'refused') return error;
  throw error;
}

/** Names all that is in the way, so that it can be mended at once. @throws Failure `refused` unless there is none */
function refuseUnreadable([first, ...others]: readonly Failure[]): void {
  if (!first) return;
  if (others.length === 0) throw first;
  const named = others.slice(0, MOST_NAMED).map(({ place }) => place.file);
  const rest = others.length > MOST_NAMED ? `, and ${others.length - MOST_NAMED} more` : '';
  throw new Failure('refused', `${first.message}; and so it is with ${named.join(', ')}${rest}`, {
    ...first.place,
    ...(first.hint !== undefined && { hint: first.hint }),
    cause: first,
  });
}

async function gather(catalog: Catalog, files: Map<string, FileFacts[]>, options: SurveyOptions): Promise<Survey> {
  const { home } = catalog;
  const marks = await readCodexMarks(home.path);
  const names = await readNames(catalog);
  const claims = await findClaims(catalog, files, options.signal);
  const probe = createLiveProbe(home);
  const rows = options.needsRows ? await readRows(catalog, { ...options, names }) : null;
  const threads = new Map<string, ThreadFacts>();
  const owners = new Map<string, Set<string>>();
  for (const [threadId, own] of files) {
    for (const { entry } of own) {
      const known = owners.get(entry.rolloutId);
      if (known) known.add(threadId);
      else owners.set(entry.rolloutId, new Set([threadId]));
    }
    const current = catalog.thread(threadId).at(-1) as RolloutEntry;
    const recorded = own.map(({ recordedMs }) => recordedMs).filter((ms) => ms !== null);
    const touched = own.map(({ mtimeMs }) => mtimeMs);
    const spawners = [...own.map(({ spawner }) => spawner), ...(marks.spawners.get(threadId) ?? [])];
    threads.set(threadId, {
      threadId,
      files: own,
      archived: current.archived,
      sizeBytes: own.reduce((sum, { identity }) => sum + identity.size, 0),
      name: names.get(threadId) ?? null,
      updatedMs: Math.max(...(recorded.length > 0 ? recorded : touched)),
      ageMs: Math.max(...recorded, ...touched),
      isTimeAmbiguous: own.some(({ isTimeAmbiguous }) => isTimeAmbiguous),
      spawners: [...new Set(spawners.filter((id) => id !== null && id !== threadId))] as string[],
      live: probe(threadId),
      isPinned: marks.pinned.has(threadId),
      doubt: own.find(({ doubt }) => doubt !== null)?.doubt ?? null,
      refusals: claims.get(threadId) ?? [],
      row: rows?.get(threadId) ?? null,
    });
  }
  return { home, catalog, threads, owners };
}

const MOST_ATTEMPTS = 4;
const MOST_NAMED = 20;
