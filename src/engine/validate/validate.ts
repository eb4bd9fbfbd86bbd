import { Failure } from '../../base/failure.ts';
import type { Finding } from '../../model/finding.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import { type Home, homeAround } from '../../store/home.ts';
import { createLiveProbe } from '../../store/live.ts';
import { type Catalog, loadCatalog } from '../catalog.ts';
import type { SessionResolver, Target } from '../resolve-session.ts';
import { wholeFile } from './check.ts';
import { checkFile } from './check-file.ts';
import { Findings } from './findings.ts';
import { Lineage } from './lineage.ts';
import { checkDuplicate } from './rules/duplicates.ts';
import { reportObstacle } from './rules/obstacles.ts';
import { PermissionCheck } from './rules/permissions.ts';
import { type Subject, type Surroundings, subjectOf } from './subject.ts';

export interface ValidateOptions {
  /** Milliseconds since the epoch. */
  now: number;
  signal: AbortSignal;
  /** Hold every file and folder to being closed to others. */
  strictPermissions: boolean;
  /** Told after each block of content. */
  onProgress?(progress: ValidateProgress): void;
}

export interface ValidateProgress {
  /** Sessions that are done, and all there are. */
  done: number;
  of: number;
  /** Bytes checked of the file at hand. */
  bytes: number;
}

/** Checks all sessions of a home, archived and hidden ones included, and the home itself. */
export async function* validateHome(catalog: Catalog, options: ValidateOptions): AsyncGenerator<Finding> {
  for (const obstacle of catalog.obstacles) yield* reportObstacle(obstacle);
  const permissions = new PermissionCheck(options.strictPermissions);
  const home = surroundingsIn(catalog.home, async () => catalog);
  const threads = [...catalog.threadIds];
  const hidden = hiddenByThread(catalog);
  for (const threadId of hidden.keys()) if (catalog.thread(threadId).length === 0) threads.push(threadId);
  for (const [done, threadId] of threads.entries()) {
    const onProgress = (bytes: number) => options.onProgress?.({ done, of: threads.length, bytes });
    yield* validateFiles(
      catalog.thread(threadId),
      hidden.get(threadId) ?? [],
      { home, permissions, onProgress },
      options,
    );
  }
  yield* await permissions.checkHome(catalog.home);
}

/** Checks one session with all its files, or one file alone. A file that lies in a home is judged in it. */
export async function* validateTarget(
  sessions: SessionResolver,
  target: Target,
  options: ValidateOptions,
): AsyncGenerator<Finding> {
  const permissions = new PermissionCheck(options.strictPermissions);
  const onProgress = (bytes: number) => options.onProgress?.({ done: 0, of: 1, bytes });
  if (target.kind === 'thread') {
    const catalog = await sessions.catalog();
    const context = { home: surroundingsIn(catalog.home, async () => catalog), permissions, onProgress };
    const hidden = hiddenByThread(catalog).get(target.threadId) ?? [];
    yield* validateFiles(catalog.thread(target.threadId), hidden, context, options);
    return;
  }
  const around = target.isStdin ? null : homeAround(target.path);
  const home = around ? surroundingsIn(around, () => loadCatalog(around)) : null;
  const file = target.isStdin ? null : target.path;
  yield* validateFile({ path: target.path, file, threadId: null, home }, { home, permissions, onProgress }, options);
}

interface Context {
  home: Surroundings | null;
  permissions: PermissionCheck;
  onProgress(bytes: number): void;
}

interface Hidden {
  entry: RolloutEntry;
  by: RolloutEntry;
}

async function* validateFiles(
  entries: RolloutEntry[],
  hidden: Hidden[],
  context: Context & { home: Surroundings },
  options: ValidateOptions,
): AsyncGenerator<Finding> {
  for (const { entry, by } of hidden) yield* await checkDuplicate(entry, by, options.signal);
  for (const entry of [...entries, ...hidden.map((pair) => pair.entry)]) {
    yield* validateEntry(subjectOf(entry, context.home), context, options);
  }
}

/** A file that was compressed, or taken out again, after the home was searched is checked in its other form. */
async function* validateEntry(subject: Subject, context: Context, options: ValidateOptions): AsyncGenerator<Finding> {
  const { path } = subject;
  const otherForm = path.endsWith('.zst') ? path.slice(0, -'.zst'.length) : `${path}.zst`;
  for (const form of [path, otherForm]) {
    try {
      yield* validateFile({ ...subject, path: form, file: form }, context, options);
      return;
    } catch (error) {
      if (!(error instanceof Failure && error.kind === 'usage')) throw error;
    }
  }
  const gone = new Findings(path, subject.threadId);
  gone.report('UNREADABLE', wholeFile, 'was moved or removed while the home was checked');
  yield* gone.take();
}

async function* validateFile(subject: Subject, context: Context, options: ValidateOptions): AsyncGenerator<Finding> {
  const modes: Finding[] = [];
  const { now, signal } = options;
  const onMode = (path: string, mode: number) => {
    if (subject.file !== null) modes.push(...context.permissions.addFile(path, mode, subject.threadId));
  };
  yield* checkFile(subject, { now, signal, onProgress: context.onProgress, onMode });
  yield* modes;
}

function surroundingsIn(home: Home, open: () => Promise<Catalog>): Surroundings {
  return { lineage: new Lineage(open), isLive: createLiveProbe(home) };
}

function hiddenByThread(catalog: Catalog): Map<string, Hidden[]> {
  const byThread = new Map<string, Hidden[]>();
  for (const pair of catalog.hidden) {
    const known = byThread.get(pair.entry.threadId);
    if (known) known.push(pair);
    else byThread.set(pair.entry.threadId, [pair]);
  }
  return byThread;
}
