import { basename } from 'node:path';
import { Failure } from '../../../base/failure.ts';
import type { Clock } from '../../../base/io.ts';
import { parseRolloutName } from '../../../format/file-name.ts';
import { newId } from '../../../model/new-id.ts';
import { createRollout, newRolloutPath } from '../../../store/create-rollout.ts';
import { lockThreads } from '../../../store/locks.ts';
import { sweepTemps } from '../../../store/writer/own-temp.ts';
import type { Catalog } from '../../catalog.ts';
import { openThread } from '../../open-thread.ts';
import type { Problem, Report } from '../../problem.ts';
import type { ThreadSource } from '../../read-thread.ts';
import type { Redactor } from '../redactor.ts';
import { type CopyCounts, copyLines } from './copy-lines.ts';

export interface RedactOptions {
  redactor: Redactor;
  clock: Clock;
  signal: AbortSignal;
  report: Report;
  onProgress?(bytes: number): void;
}

export interface RedactedSession extends CopyCounts {
  threadId: string;
  redactedFrom: string;
  path: string;
}

/**
 * Writes a session without its secrets as a session of its own, which holds everything in effect of the other one, what that
 * inherits from its parent's file included: nothing of it leads back to a file that still has them. The other session is
 * not touched, and may be open in any program. There is the whole copy, or none.
 *
 * @param catalog has the copy afterwards
 * @throws Failure `trouble` when nothing of it can be copied, when history that it builds on is missing, or the copy cannot be
 *   written; `busy`
 */
export async function redactSession(catalog: Catalog, id: string, options: RedactOptions): Promise<RedactedSession> {
  const { clock, signal } = options;
  const { home } = catalog;
  await sweepTemps(home);
  const now = clock.now();
  const threadId = newId(now);
  const locks = await lockThreads(home, [threadId], { clock, signal });
  try {
    const source = await openWhole(catalog, id);
    const path = newRolloutPath(home, threadId, now);
    const copy = copyLines(source, { ...options, threadId });
    await createRollout(home, threadId, path, copy.pieces);
    const name = basename(path);
    const parsed = parseRolloutName(name);
    if (parsed) catalog.add({ kind: 'rollout', path, name, archived: false, ...parsed });
    return { threadId, redactedFrom: id, path, ...copy.counts };
  } finally {
    await locks.release();
  }
}

async function openWhole(catalog: Catalog, id: string): Promise<ThreadSource> {
  if (catalog.thread(id).length === 0) throw new Failure('usage', `no session has the id '${id}'`);
  const problems: Problem[] = [];
  const source = await openThread(catalog, id, (problem) => problems.push(problem));
  const missing = problems.find(({ weight }) => weight === 'lost');
  if (!missing) return source;
  throw new Failure('trouble', `history that it builds on is missing: ${missing.message}`, {
    ...(missing.file !== null && { file: missing.file }),
  });
}
