import { rmSync } from 'node:fs';
import { Failure } from '../../base/failure.ts';
import type { Clock } from '../../base/io.ts';
import { createRollout } from '../../store/create-rollout.ts';
import type { Home } from '../../store/home.ts';
import {
  type LineageNote,
  lineagePath,
  parseLineageNote,
  readNoteText,
  removeLineageNote,
  restoreLineageNote,
  writeLineageNote,
} from '../../store/lineage.ts';
import { lockThreads } from '../../store/locks.ts';
import { sweepTemps, tempPath } from '../../store/writer/own-temp.ts';
import { loadCatalog } from '../catalog.ts';
import type { SignatureCheck } from '../seal/signature-check.ts';
import { checkWritten, contentOf } from './content.ts';
import type { Source } from './incoming.ts';
import { noteOf } from './note-of.ts';
import type { ImportPlan, Placing } from './plan.ts';
import { SealDesk } from './seals/enter-seals.ts';
import type { SealPlan } from './seals/plan-seals.ts';
import { removeStaged, stageSeal, sweepStaged } from './seals/staged-seal.ts';

export interface ApplyContext {
  check: SignatureCheck;
  clock: Clock;
  signal: AbortSignal;
}

/** Of the files whose seals are in the home now: whether they cover all of them. */
export type Sealed = Map<Placing, 'VERIFIED' | 'TAIL'>;

/**
 * Makes the files of a plan, with notes and seals, under the locks of their threads: all of it or, after an error, none. A run
 * that is killed leaves whole files only, and is brought to its end by the same import once more.
 *
 * @throws Failure `findings` when the source was changed meanwhile; `refused` when there is a file by now; `busy`; `trouble`
 */
export async function applyImport(
  home: Home,
  source: Source,
  plan: ImportPlan,
  seals: SealPlan,
  context: ApplyContext,
): Promise<Sealed> {
  await sweepTemps(home);
  sweepStaged(home, (rolloutId) => plan.placings.some((placing) => placing.rolloutId === rolloutId));
  const wanted = plan.placings.filter((placing) => placing.status === 'new' || seals.taken.has(placing));
  if (wanted.length === 0) return new Map();
  const locks = await lockThreads(
    home,
    wanted.map(({ threadId }) => threadId),
    context,
  );
  try {
    await checkUnchanged(home, wanted);
    const act = new ImportAct(home, source, plan, seals);
    try {
      return await act.run(wanted, context);
    } catch (error) {
      act.undo();
      throw error;
    } finally {
      await act.close();
    }
  } finally {
    await locks.release();
  }
}

/** What the plan was made for may have changed before the locks were taken. */
async function checkUnchanged(home: Home, wanted: readonly Placing[]): Promise<void> {
  const now = await loadCatalog(home);
  for (const { status, threadId, rolloutId, path } of wanted) {
    if ((now.rollout(rolloutId)?.path ?? null) === (status === 'new' ? null : path)) continue;
    throw new Failure('busy', `session ${threadId} was changed meanwhile`, { hint: 'try again' });
  }
}

class ImportAct {
  readonly #home: Home;
  readonly #source: Source;
  readonly #plan: ImportPlan;
  readonly #seals: SealPlan;
  #desk: SealDesk | null = null;
  #undo: (() => void)[] = [];

  constructor(home: Home, source: Source, plan: ImportPlan, seals: SealPlan) {
    this.#home = home;
    this.#source = source;
    this.#plan = plan;
    this.#seals = seals;
  }

  async run(wanted: readonly Placing[], context: ApplyContext): Promise<Sealed> {
    const { signer, taken } = this.#seals;
    if (signer && taken.size > 0) this.#desk = await SealDesk.open(this.#home, { ...context, signer });
    const sealed: Sealed = new Map();
    for (const placing of wanted) {
      context.signal.throwIfAborted();
      if (placing.status === 'new') await this.#place(placing, sealed, context);
      else await this.#stage(placing, placing.path, sealed, context);
    }
    for (const [placing, seal] of taken) if (!(await this.#desk?.enter(placing, seal))) sealed.delete(placing);
    await this.#desk?.commit();
    // It is done, whatever becomes of what is left to tidy up.
    this.#undo = [];
    for (const placing of taken.keys()) removeStaged(this.#home, placing);
    return sealed;
  }

  undo(): void {
    const steps = [() => this.#desk?.undo(), ...this.#undo.reverse()];
    for (const step of steps) {
      try {
        step();
      } catch {
        // What can be taken back is taken back.
      }
    }
  }

  async close(): Promise<void> {
    await this.#desk?.close();
  }

  async #place(placing: Placing, sealed: Sealed, context: ApplyContext): Promise<void> {
    const { incoming, threadId, path } = placing;
    const { ids } = this.#plan;
    const note = await noteOf(this.#source, placing, ids);
    if (note) this.#makeNote(note);
    await createRollout(this.#home, threadId, path, contentOf(incoming, ids), async () => {
      const temp = tempPath(this.#home, 'new', threadId);
      if (ids.size === 0) await checkWritten(temp, incoming);
      await this.#stage(placing, temp, sealed, context);
    });
    // Nobody else can have written to it: its lock is ours.
    this.#undo.push(() => rmSync(path, { force: true }));
  }

  async #stage(placing: Placing, path: string, sealed: Sealed, { signal }: ApplyContext): Promise<void> {
    const seal = this.#seals.taken.get(placing);
    if (!seal) return;
    this.#undo.push(() => removeStaged(this.#home, placing));
    const { hasMore } = await stageSeal(this.#home, placing, seal, { path, signal });
    sealed.set(placing, hasMore ? 'TAIL' : 'VERIFIED');
  }

  /** One that is there was left by a fork or an import that died: the thread has no file. */
  #makeNote(note: LineageNote): void {
    const { thread_id: id } = note;
    const before = readNoteText(lineagePath(this.#home, id));
    if (before !== null && JSON.stringify(parseLineageNote(before, id)) === JSON.stringify(note)) return;
    removeLineageNote(this.#home, id);
    this.#undo.push(() => {
      removeLineageNote(this.#home, id);
      if (before !== null) restoreLineageNote(this.#home, id, before);
    });
    writeLineageNote(this.#home, note);
  }
}
