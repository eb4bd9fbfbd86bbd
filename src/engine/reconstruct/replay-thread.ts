import { Failure } from '../../base/failure.ts';
import type { Problem } from '../problem.ts';
import { readHead } from '../read-head.ts';
import type { ThreadSource } from '../read-thread.ts';
import { CurrentFile } from './current-file.ts';
import { readSteps } from './read-steps.ts';
import { ThreadState } from './thread-state.ts';
import type { PlacedStep } from './turn-count.ts';

/** What the records of a thread come to, up to the end of a turn or to their own. */
export interface Replayed {
  /** Turns that were recorded up to there. */
  turns: number;
  state: ReturnType<ThreadState['toHistory']>;
  obstacle: string | null;
  problems: Problem[];
}

/**
 * Reads the records of a thread once; a second time only where a rollback takes a compaction back, which is known at the end.
 *
 * @param at the turn to end with: at its last record, or at the rollback that follows it
 * @param found what was wrong with the source already
 */
export async function replayThread(
  source: ThreadSource,
  at: number | null,
  found: readonly Problem[],
): Promise<Replayed> {
  const first = await replayOnce(source, at, new Set());
  const undone = first.state.marks.undone();
  const { state, current, turns, problems, isCut } = undone.size === 0 ? first : await replayOnce(source, at, undone);
  const all = [...found, ...problems];
  const obstacle = isCut ? `turn ${at} is not its end; a fork goes on from there` : current.obstacle(all);
  return { turns, state: state.toHistory((problem) => all.push(problem)), obstacle, problems: all };
}

async function replayOnce(source: ThreadSource, at: number | null, undone: ReadonlySet<number>) {
  const problems: Problem[] = [];
  const current = new CurrentFile();
  const state = new ThreadState(undone);
  const marked = new MarkedRun();
  let turns = 0;
  let isCut = false;
  reading: for await (const steps of readSteps(source, current, (problem) => problems.push(problem))) {
    for (const placed of steps) {
      isCut = at !== null && isBeyond(placed, at);
      if (isCut) break reading;
      turns = Math.max(turns, placed.turn);
      if (marked.holds(placed)) continue;
      if (placed.step) state.apply(placed.step, placed.turn);
    }
  }
  if (isCut && !state.hasMeta) await identifyBefore(state, source);
  if (isCut) for (const { step, turn } of marked.held) if (step) state.apply(step, turn);
  return { state, current, turns, problems, isCut };
}

/** A turn that the thread inherits is looked at as one of its own. */
async function identifyBefore(state: ThreadState, { parts }: ThreadSource): Promise<void> {
  const own = parts.find(({ inheritedFrom }) => inheritedFrom === null);
  const meta = own?.open ? null : own && (await readHead(own.path)).meta;
  if (meta) state.identifyBefore(meta);
}

/** A rollback counts to the turn before it, and takes back what this had come to. */
export function isBeyond({ turn, step, isRolledBack }: PlacedStep, at: number): boolean {
  return turn > at || (turn === at && step?.kind === 'rolled-back' && !isRolledBack);
}

/**
 * The last run of lines that were marked as rolled back when the stream was written. Marked lines are passed over, unless
 * the reading ends before what they were rolled back by.
 */
class MarkedRun {
  held: PlacedStep[] = [];
  #threadId: string | null | undefined;

  /** Whether the step is not to be taken now. */
  holds(placed: PlacedStep): boolean {
    this.#checkThread(placed);
    if (placed.isRolledBack) {
      this.held.push(placed);
      return true;
    }
    const isDone = this.held.length > 0 && placed.step?.kind === 'rolled-back';
    this.held = [];
    return isDone;
  }

  #checkThread(placed: PlacedStep): void {
    if (placed.threadId === undefined) return;
    if (this.#threadId === undefined) this.#threadId = placed.threadId;
    if (this.#threadId !== placed.threadId) throw new Failure('usage', 'the events are those of several sessions');
  }
}
