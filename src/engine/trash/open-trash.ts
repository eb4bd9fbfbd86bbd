import type { Clock } from '../../base/io.ts';
import { newId } from '../../model/new-id.ts';
import { type FileIdentity, type HashedFile, splitPath } from '../../store/file-identity.ts';
import { hashStored } from '../../store/hash-stored.ts';
import type { Home } from '../../store/home.ts';
import { makeFoldersIn, syncFoldersOf } from '../../store/home-acts.ts';
import type { Journal } from '../../store/journal.ts';
import type { TxKind } from '../../store/journal-entry.ts';
import { lockThreads } from '../../store/locks.ts';
import { placeInTrash } from '../../store/trash-place.ts';
import type { Reason } from '../prune/plan.ts';
import { type ReplacedFile, type Replacement, replaceUnderLock } from './replace-file.ts';
import { takeFiles } from './take-files.ts';
import { removeEmptyTx } from './tx-folders.ts';
import { type ManifestThread, writeManifest } from './write-manifest.ts';

/**
 * Begins a transaction that moves files of a home to its trash. Call it under the store lock, after `recover`; `close` it
 * whatever happened. Nothing is made before something is moved.
 */
export function openTrash(home: Home, options: TrashOptions): TrashTx {
  return new TrashTx(home, options);
}

export interface TrashOptions {
  kind: TxKind;
  /** The policy or the command, as it was given: it stands in the journal and the manifest. */
  rule: string;
  journal: Journal;
  context: TrashContext;
}

export interface TrashContext {
  clock: Clock;
  /** Asked between moves; what has begun is brought to its end. */
  signal?: AbortSignal;
}

/** A thread with all of its files. */
export interface ThreadMove {
  threadId: string;
  name?: string | null;
  files: readonly FileIdentity[];
}

export interface MoveOutcome {
  threadId: string;
  result: 'trashed' | 'kept';
  /** Why it was kept; empty for one that was moved. */
  reasons: readonly Reason[];
  files: readonly HashedFile[];
}

/**
 * Asked under the locks of these threads, right before they are moved: which of them stay, and why. What those need has to be
 * among the answer.
 *
 * @param known what is known already to speak against some of them
 */
export type MoveCheck = (threadIds: readonly string[], known: Against) => Against | Promise<Against>;

/** Reasons by thread. */
export type Against = ReadonlyMap<string, readonly Reason[]>;

export class TrashTx {
  readonly id: string;
  readonly #home: Home;
  readonly #options: TrashOptions;
  readonly #threads: ManifestThread[] = [];

  constructor(home: Home, options: TrashOptions) {
    this.#home = home;
    this.#options = options;
    this.id = newId(options.context.clock.now());
  }

  /** Threads of which something lies in the trash by this transaction, so far. */
  get threads(): readonly ManifestThread[] {
    return this.#threads;
  }

  /** Moves the files of one thread, or none of them. */
  async moveThread(move: ThreadMove, check: MoveCheck): Promise<MoveOutcome> {
    const hashed = await this.hash(move);
    return (await this.moveGroups([[hashed]], check))[0] as MoveOutcome;
  }

  /**
   * The same thread with the checksums of its files, read without a lock.
   *
   * @throws Failure `busy` when a file is not what it was when it was identified
   */
  async hash(move: ThreadMove): Promise<HashedMove> {
    const files: HashedFile[] = [];
    const { signal } = this.#options.context;
    for (const file of move.files) files.push(await hashStored(this.#home, file, { ...(signal && { signal }) }));
    return { ...move, files };
  }

  /**
   * Moves threads in one round under their locks. What the check keeps of a group stays; the rest of it goes as a whole or not
   * at all.
   *
   * @throws Failure `busy` when one of the threads is open; what the system says when a move fails, after that group was put
   *   back: groups before it are in the trash
   */
  async moveGroups(groups: readonly (readonly HashedMove[])[], check: MoveCheck): Promise<MoveOutcome[]> {
    const { context, journal, kind, rule } = this.#options;
    context.signal?.throwIfAborted();
    const ids = groups.flat().map(({ threadId }) => threadId);
    const locks = await lockThreads(this.#home, ids, context);
    try {
      const against = await check(ids, new Map());
      const kept = groups.flat().flatMap(keptBy(against));
      const going = groups.map((group) => group.filter(isFree(against))).filter((group) => group.length > 0);
      if (going.length === 0) return kept;
      const files = going.flat().flatMap((move) => move.files);
      this.#makeFolders(files);
      journal.append(
        going.flat().map(({ threadId, files }) => ({
          ...{ event: 'trash-intent', tx: this.id, kind, thread_id: threadId, rule },
          files: [...files],
        })),
      );
      return [...kept, ...(await this.#take(going, check))];
    } finally {
      await locks.release();
    }
  }

  /**
   * Puts a file that was made in `.sessions/tmp/` in the place of another one, which goes to the trash. After a kill at any
   * moment, readers find exactly one of both, whole, and the next command does the rest.
   *
   * @throws Failure `busy` when the thread is open or the original has changed; `refused` when the target is taken; what
   *   `replacement.check` throws; whatever the system says, after everything was put back
   */
  async replaceFile(replacement: Replacement): Promise<ReplacedFile> {
    const { context, journal, kind, rule } = this.#options;
    context.signal?.throwIfAborted();
    const tx = { id: this.id, kind, rule, journal };
    const done = await replaceUnderLock(this.#home, tx, replacement, context);
    const { threadId: thread_id, name } = replacement;
    this.#threads.push({
      ...{ thread_id, name: name ?? null, trashed_at: done.at, files: [done.original] },
      ...{ replaced_by: done.replacement, quarantine: done.quarantine },
    });
    return done;
  }

  /** Writes what the transaction has done beside its files; one that has moved nothing leaves nothing. */
  close(): void {
    const { kind, rule, journal } = this.#options;
    const head = { tx: this.id, kind, rule, actor: journal.actor };
    if (this.#threads.length > 0) writeManifest(this.#home, head, this.#threads);
    else removeEmptyTx(this.#home, this.id);
  }

  /** Before anything is recorded, so that a full disk changes nothing. */
  #makeFolders(files: readonly HashedFile[]): void {
    const folders = files.map(({ path }) => splitPath(placeInTrash(this.id, path)).folder);
    try {
      makeFoldersIn(this.#home, folders);
    } catch (error) {
      removeEmptyTx(this.#home, this.id);
      throw error;
    }
  }

  async #take(groups: readonly (readonly HashedMove[])[], check: MoveCheck): Promise<MoveOutcome[]> {
    const { journal } = this.#options;
    const outcomes: MoveOutcome[] = [];
    const events: TrashDone[] = [];
    const end = ({ threadId, files }: HashedMove, reasons: readonly Reason[] | null) => {
      const result = reasons ? 'kept' : 'trashed';
      const event = reasons ? 'trash-undone' : 'trashed';
      events.push({ event, tx: this.id, thread_id: threadId, files: reasons ? [] : [...files] });
      outcomes.push({ threadId, result, reasons: reasons ?? [], files });
    };
    let failure: { error: unknown } | null = null;
    for (const group of groups) {
      try {
        if (failure) for (const move of group) end(move, []);
        else await this.#takeGroup(group, check, end);
      } catch (error) {
        failure = { error };
      }
    }
    const moves = groups.flat();
    const paths = moves.flatMap(({ files }) => files.map(({ path }) => path));
    syncFoldersOf(this.#home, [...paths.map((path) => placeInTrash(this.id, path)), ...paths]);
    const [recorded] = events.length > 0 ? journal.append(events) : [];
    const names = new Map(moves.map(({ threadId, name }) => [threadId, name ?? null]));
    for (const { threadId, result, files } of outcomes) {
      if (result !== 'trashed') continue;
      this.#threads.push({
        ...{ thread_id: threadId, name: names.get(threadId) ?? null, trashed_at: recorded?.at ?? '' },
        ...{ files: [...files], replaced_by: null, quarantine: null },
      });
    }
    if (failure) throw failure.error;
    return outcomes;
  }

  /** What changed in the very moment stays, with what it needs; the rest is tried again. */
  async #takeGroup(group: readonly HashedMove[], check: MoveCheck, end: End): Promise<void> {
    const known = new Map<string, readonly Reason[]>();
    for (let going = group; going.length > 0; ) {
      const taken = takeFiles(
        this.#home,
        this.id,
        going.flatMap(({ files }) => files),
      );
      if (taken.state === 'failed') {
        // What could not be put back stays an intent, which the next command brings to its end.
        if (taken.isBack) for (const move of going) end(move, []);
        throw taken.error;
      }
      if (taken.state === 'taken') {
        for (const move of going) end(move, null);
        return;
      }
      const changed = going.find(({ files }) => files.some(({ path }) => path === taken.path)) as HashedMove;
      known.set(changed.threadId, [{ code: 'changed', detail: `${taken.path} ${taken.reason}` }]);
      const ids = going.map(({ threadId }) => threadId);
      const against = new Map([...(await this.#ask(check, ids, known, going, end)), ...known]);
      for (const move of going) if (against.has(move.threadId)) end(move, against.get(move.threadId) ?? []);
      going = going.filter(isFree(against));
    }
  }

  async #ask(
    check: MoveCheck,
    ids: string[],
    known: Against,
    going: readonly HashedMove[],
    end: End,
  ): Promise<Against> {
    try {
      return await check(ids, known);
    } catch (error) {
      for (const move of going) end(move, []);
      throw error;
    }
  }
}

type End = (move: HashedMove, reasons: readonly Reason[] | null) => void;

type TrashDone = { event: 'trashed' | 'trash-undone'; tx: string; thread_id: string; files: HashedFile[] };

export interface HashedMove extends ThreadMove {
  files: readonly HashedFile[];
}

function keptBy(against: Against): (move: HashedMove) => MoveOutcome[] {
  return ({ threadId, files }) => {
    const reasons = against.get(threadId) ?? [];
    return reasons.length === 0 ? [] : [{ threadId, result: 'kept', reasons, files }];
  };
}

function isFree(against: Against): (move: HashedMove) => boolean {
  return ({ threadId }) => (against.get(threadId) ?? []).length === 0;
}
