import { Failure } from '../../base/failure.ts';
import type { Home } from '../../store/home.ts';
import type { Journal } from '../../store/journal.ts';
import { ThreadOpen } from '../../store/locks.ts';
import { placeInTrash } from '../../store/trash-place.ts';
import { isAboutLocks } from '../trash/lock-trouble.ts';
import { type HashedMove, type MoveOutcome, openTrash, type TrashContext, type TrashTx } from '../trash/open-trash.ts';
import type { PlanSession, PrunePlan, Reason } from './plan.ts';
import { type PruneResult, toResult } from './prune-result.ts';
import type { Recheck } from './recheck.ts';

/**
 * Moves the sessions of a plan to the trash that still may go, family by family. Call it under the store lock, after
 * `recover`. Between rounds it can be stopped; whatever happens, each session is as a whole in one of both places.
 *
 * @param options.onResult told of each session that the plan removes, once it is certain what became of it
 *
 * @throws Failure `trouble` when the disk refuses, with what was moved before in the trash; `refused` for what stops the run;
 *   the reason of the signal
 */
export async function applyPlan(home: Home, plan: PrunePlan, options: ApplyOptions): Promise<Applied> {
  const { journal, rule, context } = options;
  const trash = openTrash(home, { kind: 'prune', rule, journal, context });
  const run = new Run(trash, options);
  let failure: { error: unknown } | null = null;
  try {
    const families = plan.families;
    let done = 0;
    for (const batch of batchesOf(families)) {
      context.signal?.throwIfAborted();
      await run.move(batch);
      done += batch.reduce((sum, family) => sum + family.length, 0);
      options.onProgress?.(done, plan.head.removes);
    }
  } catch (error) {
    failure = { error };
    await run.tellTrashed();
  }
  try {
    trash.close();
  } catch (error) {
    // The next command writes what is missing.
    failure ??= { error };
  }
  if (failure) throw failure.error;
  return { tx: trash.threads.length > 0 ? trash.id : null, trashed: trash.threads.length };
}

export interface ApplyOptions {
  journal: Journal;
  /** The policy as it was given. */
  rule: string;
  recheck: Pick<Recheck, 'check'>;
  context: TrashContext;
  onProgress?: (done: number, of: number) => void;
  onResult(result: PruneResult): void | Promise<void>;
}

export interface Applied {
  /** Null when nothing was moved. */
  tx: string | null;
  trashed: number;
}

class Run {
  readonly #trash: TrashTx;
  readonly #options: ApplyOptions;
  readonly #told = new Set<string>();
  readonly #sessions = new Map<string, PlanSession>();

  constructor(trash: TrashTx, options: ApplyOptions) {
    this.#trash = trash;
    this.#options = options;
  }

  async move(families: readonly PlanSession[][]): Promise<void> {
    const sessions = families.flat();
    const known = new Map<string, Reason[]>();
    const groups: HashedMove[][] = [];
    for (const family of families) {
      const group: HashedMove[] = [];
      for (const session of family) {
        this.#sessions.set(session.thread_id, session);
        const move = await this.#hash(session);
        if ('threadId' in move) group.push(move);
        else known.set(session.thread_id, [move]);
      }
      groups.push(group);
    }
    await this.#moveGroups(groups, sessions, known);
    for (const [id, reasons] of known) {
      await this.#tell({ threadId: id, result: 'kept', reasons, files: [] });
    }
  }

  /** What is in the trash already of a round that did not end. */
  async tellTrashed(): Promise<void> {
    for (const { thread_id, files } of this.#trash.threads) {
      if (!this.#told.has(thread_id)) {
        await this.#tell({ threadId: thread_id, result: 'trashed', reasons: [], files });
      }
    }
  }

  /** Or why it stays. */
  async #hash({ thread_id, name, files }: PlanSession): Promise<HashedMove | Reason> {
    try {
      if (files.length === 0) throw new Failure('busy', 'it has no files');
      return await this.#trash.hash({ threadId: thread_id, name, files });
    } catch (error) {
      if (!(error instanceof Failure) || error.kind !== 'busy') throw error;
      return { code: 'changed', detail: String(error.place.file ?? '') };
    }
  }

  /**
   * @param sessions of the groups, with those of their families that stay
   * @param known why those stay
   */
  async #moveGroups(
    groups: HashedMove[][],
    sessions: readonly PlanSession[],
    known: Map<string, Reason[]>,
  ): Promise<void> {
    const filled = groups.filter((group) => group.length > 0);
    if (filled.length === 0) return;
    try {
      const outcomes = await this.#trash.moveGroups(filled, (ids, more) => {
        const isAsked = ({ thread_id }: PlanSession) => ids.includes(thread_id) || known.has(thread_id);
        return this.#options.recheck.check(sessions.filter(isAsked), new Map([...known, ...more]));
      });
      for (const outcome of outcomes) await this.#tell(outcome);
    } catch (error) {
      if (error instanceof ThreadOpen) {
        known.set(error.threadId, [{ code: 'live', detail: error.message }]);
        const rest = filled.map((group) => group.filter(({ threadId }) => threadId !== error.threadId));
        await this.#moveGroups(rest, sessions, known);
        return;
      }
      if (!isAboutLocks(error) || filled.length < 2) throw error;
      const half = Math.ceil(filled.length / 2);
      await this.#moveGroups(filled.slice(0, half), sessions, known);
      await this.#moveGroups(filled.slice(half), sessions, known);
    }
  }

  async #tell({ threadId, result, reasons }: MoveOutcome): Promise<void> {
    this.#told.add(threadId);
    const session = this.#sessions.get(threadId) as PlanSession;
    const current = session.files.at(-1)?.path ?? null;
    const isTrashed = result === 'trashed';
    const path = isTrashed && current !== null ? placeInTrash(this.#trash.id, current) : current;
    const shown = isTrashed ? session.reasons : reasons;
    const tx = isTrashed ? this.#trash.id : null;
    await this.#options.onResult(toResult(threadId, result, { tx, reasons: shown, path, files: session.files }));
  }
}

/** Whole families, as many as make a round. */
function* batchesOf(families: readonly PlanSession[][]): Generator<PlanSession[][]> {
  let batch: PlanSession[][] = [];
  let threads = 0;
  for (const family of families) {
    if (batch.length > 0 && threads + family.length > ROUND_THREADS) {
      yield batch;
      batch = [];
      threads = 0;
    }
    batch.push(family);
    threads += family.length;
  }
  if (batch.length > 0) yield batch;
}

/** A home is looked through once a round; and for as long as one takes, its threads cannot be opened. */
const ROUND_THREADS = 256;
