import { Failure } from '../base/failure.ts';
import type { History } from '../model/history.ts';
import type { Rollouts } from './catalog.ts';
import { openTarget } from './open-target.ts';
import type { Problem, Report } from './problem.ts';
import { type HeadReader, readHead, rememberHeads } from './read-head.ts';
import type { ThreadSource } from './read-thread.ts';
import { type Replayed, replayThread } from './reconstruct/replay-thread.ts';
import type { SessionResolver, Target } from './resolve-session.ts';
import { findThreadParts } from './thread-parts.ts';

/**
 * What a thread goes on from: the items that the next request begins with, as the real Codex sends them when it resumes the
 * thread, before it adds new context of its own; and the settings, token counts and tools that were in effect. Of any dialect,
 * plain or compressed, through everything that it inherits.
 *
 * Items are the recorded payloads (see `toModelItem`). Outputs are not shortened: Codex does that by the model that it resumes
 * with. Of memory, the items that are or may still be in effect are held, and a block of a file.
 *
 * @param options.at a recorded turn, counted from 1 (see `Event.turn`): everything as it was at the end of that turn, before any
 *   rollback or revert that came later
 * @throws Failure `usage` when there is no such thread or turn
 */
export async function reconstruct(rollouts: Rollouts, threadId: string, options: Reconstruction): Promise<History> {
  const files = rollouts.thread(threadId).length;
  if (files === 0) throw new Failure('usage', `no session has the id '${threadId}'`);
  const headOf = rememberHeads();
  const at = checkedTurn(options.at);
  // What a revert took back is still there in the files that came before it.
  let replayed: Replayed | null = null;
  for (let count = at === null ? files : 1; count <= files; count++) {
    const problems: Problem[] = [];
    const report = (problem: Problem) => problems.push(problem);
    const parts = await findThreadParts(withFirstFiles(rollouts, threadId, count), threadId, report, headOf);
    replayed = await replayThread({ threadId, parts, openPrefix: null }, at, problems);
    if (at !== null && replayed.turns >= at) break;
  }
  return toHistory(replayed as Replayed, { threadId, ...(await identityOf(rollouts, threadId, headOf)) }, options);
}

/** The same of one file alone, without what it inherits by reference. */
export async function reconstructFile(source: ThreadSource, options: Reconstruction): Promise<History> {
  const { threadId, parts } = source;
  if (threadId === null)
    throw new Failure('usage', 'does not say which session it belongs to', { file: parts[0]?.path });
  const replayed = await replayThread(source, checkedTurn(options.at), []);
  const head = parts[0] && (await readHead(parts[0].path));
  if (head?.base) replayed.obstacle ??= 'the file goes on from another one; name the session by its id';
  return toHistory(replayed, { threadId, forkedFrom: head?.forkedFrom ?? null }, options);
}

/** The same of what a user named. */
export async function reconstructTarget(
  sessions: SessionResolver,
  target: Target,
  options: Reconstruction,
): Promise<History> {
  if (target.kind === 'thread') return reconstruct(await sessions.catalog(), target.threadId, options);
  return reconstructFile(await openTarget(sessions, target, () => {}), options);
}

export interface Reconstruction {
  at?: number | undefined;
  report: Report;
}

type Identity = Pick<History, 'threadId' | 'forkedFrom'>;

function toHistory(
  { turns, state, obstacle, problems }: Replayed,
  identity: Identity,
  options: Reconstruction,
): History {
  if (options.at !== undefined && turns < options.at) {
    const there = turns === 1 ? 'there is 1' : `there are ${turns}`;
    throw new Failure('usage', `session ${identity.threadId} has no turn ${options.at}: ${there}`);
  }
  for (const problem of problems) options.report(problem);
  return { ...identity, turns, ...state, obstacle };
}

function checkedTurn(at: number | undefined): number | null {
  if (at === undefined) return null;
  if (Number.isSafeInteger(at) && at >= 1) return at;
  throw new Failure('usage', `${at} is no turn: they are counted from 1`);
}

/** The home as it was when the thread had only its first files. */
export function withFirstFiles(rollouts: Rollouts, threadId: string, count: number): Rollouts {
  return {
    home: rollouts.home,
    rollout: (id) => rollouts.rollout(id),
    thread: (id) => (id === threadId ? rollouts.thread(id).slice(0, count) : rollouts.thread(id)),
  };
}

async function identityOf(rollouts: Rollouts, threadId: string, headOf: HeadReader) {
  const first = rollouts.thread(threadId)[0];
  const forkedFrom = first ? (await headOf(first.path)).forkedFrom : null;
  return { forkedFrom: forkedFrom === threadId ? null : forkedFrom };
}
