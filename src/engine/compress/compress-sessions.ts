import { toFailure } from '../../base/failure.ts';
import type { Clock } from '../../base/io.ts';
import type { CompressedForm } from '../../store/compress-content.ts';
import { type Catalog, loadCatalog } from '../catalog.ts';
import { checkHolds } from '../holds/check-holds.ts';
import { openStore } from '../trash/open-store.ts';
import { openTrash, type TrashTx } from '../trash/open-trash.ts';
import type { Compressed, CompressKind, FileChange, KeptReason } from './compressed-row.ts';
import { type CandidateRequest, findCandidates } from './find-candidates.ts';
import { KeptFile } from './kept-file.ts';
import { hiddenByThread, planFiles, type SessionSteps } from './plan-files.ts';
import { replaceFile } from './replace-file.ts';
import { Vetoes } from './why-left.ts';

/**
 * Puts files of the other form in the place of those of the sessions that were chosen, and says of each what became of it. All
 * of it is one transaction. Who stops listening stops the work: what was done stays done.
 *
 * @throws Failure `busy` when another command changes what the home keeps; `refused` when it cannot be known what is held;
 *   `trouble` when the disk takes no more
 */
export async function* compressSessions(found: Catalog, request: CompressRequest): AsyncGenerator<Compressed> {
  const chosen = await choose(found, request);
  if (chosen.length === 0) return;
  if (request.isDryRun) {
    yield* new Run(found, request, null).all(chosen);
    return;
  }
  const { home } = found;
  const context = { clock: request.clock, signal: request.signal };
  const store = await openStore(home, context);
  try {
    const trash = openTrash(home, { kind: request.kind, rule: request.rule, journal: store.journal, context });
    try {
      // Some of it may have changed before the lock was taken.
      yield* new Run(await loadCatalog(home), request, trash).all(chosen);
    } finally {
      trash.close();
    }
  } finally {
    store.close();
  }
}

export interface CompressRequest extends CandidateRequest {
  kind: CompressKind;
  form: CompressedForm;
  /** Compresses what is compressed already, too. */
  isAnew: boolean;
  isDryRun: boolean;
  /** Ids of the threads that were named; null for all that the selectors let through. */
  threadIds: readonly string[] | null;
  /** The command as it was given, for the journal. */
  rule: string;
  clock: Clock;
  /** Told how many bytes of how many were read. */
  onBytes?: (done: number, of: number) => void;
}

function choose(catalog: Catalog, request: CompressRequest): Promise<string[]> {
  const hidden = hiddenByThread(catalog);
  const hasWork = (id: string) => planFiles(catalog, hidden, id, request.kind, request.isAnew).steps.length > 0;
  return findCandidates(catalog, request.threadIds, request, hasWork);
}

class Run {
  readonly #catalog: Catalog;
  readonly #request: CompressRequest;
  readonly #trash: TrashTx | null;
  readonly #vetoes: Vetoes;
  #done = 0;
  #of = 0;
  #made = 0;
  /** What ended the work in the middle of a session. */
  #failure: { error: unknown } | null = null;
  /** Where the files of the session lie that is worked on. */
  #paths: string[] = [];

  constructor(catalog: Catalog, request: CompressRequest, trash: TrashTx | null) {
    this.#catalog = catalog;
    this.#request = request;
    this.#trash = trash;
    this.#vetoes = new Vetoes(catalog.home, request.clock);
  }

  async *all(threadIds: readonly string[]): AsyncGenerator<Compressed> {
    const { kind, isAnew, signal, now } = this.#request;
    const there = threadIds.filter((id) => this.#catalog.thread(id).length > 0);
    const hidden = hiddenByThread(this.#catalog);
    const sessions = there.map((id) => planFiles(this.#catalog, hidden, id, kind, isAnew));
    const busy = sessions.filter(({ steps }) => steps.length > 0).map(({ threadId }) => threadId);
    const held = await checkHolds(this.#catalog.home, this.#catalog, busy, { now, signal });
    for (const { steps } of sessions) for (const { size } of steps) this.#of += size;
    for (const session of sessions) {
      signal.throwIfAborted();
      const row = await this.#one(session, held.get(session.threadId));
      // What was done before it failed is to be known: it can be taken back.
      if (!this.#failure || row.files.length > 0) yield row;
      if (this.#failure) throw this.#failure.error;
    }
  }

  async #one(session: SessionSteps, holds: string[] | undefined): Promise<Compressed> {
    const { threadId, steps, faults } = session;
    const end = this.#done + steps.reduce((sum, { size }) => sum + size, 0);
    const files: FileChange[] = [];
    this.#paths = this.#catalog.thread(threadId).map(({ path }) => path);
    let reasons: KeptReason[] = [];
    if (steps.length > 0) {
      reasons = holds ? [{ code: 'held', by: holds }] : [];
      reasons.push(...faults, ...(await this.#vetoes.before(threadId, this.#paths)));
    }
    try {
      if (reasons.length === 0) for (const step of steps) files.push(await this.#change(threadId, step));
    } catch (error) {
      if (!(error instanceof KeptFile)) this.#failure = { error };
      reasons = [error instanceof KeptFile ? error.reason : { code: 'trouble', detail: toFailure(error).message }];
    }
    this.#done = end;
    return this.#row(session, files, reasons);
  }

  async #change(threadId: string, step: SessionSteps['steps'][number]): Promise<FileChange> {
    const { from, to, size } = step;
    const trash = this.#trash;
    if (!trash) return { from, to, size_before: size, size_after: null };
    const { kind, form, signal, onBytes } = this.#request;
    let read = this.#done;
    const after = await replaceFile(this.#catalog.home, trash, threadId, step, {
      ...{ kind, form, signal, number: this.#made++ },
      onBytes: (bytes) => {
        read += bytes;
        onBytes?.(Math.min(read, this.#of), this.#of);
      },
      check: () => this.#vetoes.under(threadId, this.#paths),
    });
    this.#done += size;
    this.#paths = this.#paths.map((path) => (path === from ? to : path));
    return { from, to, size_before: size, size_after: after };
  }

  #row({ threadId, steps }: SessionSteps, files: FileChange[], reasons: KeptReason[]): Compressed {
    const current = this.#catalog.thread(threadId).at(-1)?.path ?? '';
    const isPlanned = this.#trash === null;
    const before = files.reduce((sum, file) => sum + file.size_before, 0);
    const after = files.reduce((sum, file) => sum + (file.size_after ?? 0), 0);
    const result = reasons.length > 0 ? 'kept' : steps.length === 0 ? 'unchanged' : isPlanned ? 'planned' : 'done';
    return {
      ...{ schema: 'sessions.compressed/1', thread_id: threadId, kind: this.#request.kind, result, reasons },
      path: files.find(({ from }) => from === current)?.to ?? current,
      ...{ files, size_before: before, size_after: isPlanned || files.length === 0 ? null : after },
      tx: files.length > 0 && this.#trash ? this.#trash.id : null,
    };
  }
}
