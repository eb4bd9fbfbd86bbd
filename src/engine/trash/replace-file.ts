import { Failure } from '../../base/failure.ts';
import { type FileIdentity, type HashedFile, identityOf, isUnchanged, splitPath } from '../../store/file-identity.ts';
import { hashStored } from '../../store/hash-stored.ts';
import type { Home } from '../../store/home.ts';
import { linkIn, makeFoldersIn, moveIn, replaceIn, statIn, syncFoldersOf, unlinkIn } from '../../store/home-acts.ts';
import type { Journal } from '../../store/journal.ts';
import type { ReplaceIntent, TxKind } from '../../store/journal-entry.ts';
import { lockThreads } from '../../store/locks.ts';
import { placeInTrash, quarantinePlace } from '../../store/trash-place.ts';
import type { TrashContext } from './open-trash.ts';
import { settleReplace, undoReplace } from './settle-replace.ts';
import { removeEmptyTx } from './tx-folders.ts';

export interface Replacement {
  threadId: string;
  name?: string | null;
  /** What lies there now, as it was when it was read. */
  original: FileIdentity;
  /** The finished file, on the disk, relative to the home; from `actTempPath`. It is gone afterwards. */
  made: string;
  /** Where it is to lie, relative to the home: the place of the original, or one that is free. */
  target: string;
  /** A file with the bytes that were cut out, from `actTempPath`; it is kept beside the original. */
  quarantine?: string;
  /** Asked under the lock of the thread; throws what speaks against it. */
  check(): void | Promise<void>;
}

export interface ReplacedFile {
  /** RFC 3339 UTC. */
  at: string;
  original: HashedFile;
  /** `path` is that of the target. */
  replacement: HashedFile;
  /** `path` is relative to the home. */
  quarantine: FileIdentity | null;
}

interface ReplaceTx {
  id: string;
  kind: TxKind;
  rule: string;
  journal: Journal;
}

/** As `TrashTx.replaceFile`. */
export async function replaceUnderLock(
  home: Home,
  tx: ReplaceTx,
  replacement: Replacement,
  context: TrashContext,
): Promise<ReplacedFile> {
  const options = context.signal ? { signal: context.signal } : {};
  const from = await hashStored(home, replacement.original, options);
  const made = await hashStored(home, identify(home, replacement.made), options);
  const intent: ReplaceIntent = {
    ...{ event: 'replace-intent', tx: tx.id, kind: tx.kind, thread_id: replacement.threadId, rule: tx.rule },
    ...{ from, to: { ...made, path: replacement.target }, made_at: replacement.made },
    quarantine: quarantineOf(home, tx.id, replacement),
  };
  const locks = await lockThreads(home, [replacement.threadId], context);
  try {
    await replacement.check();
    expectReplaceable(home, intent);
    makePlaces(home, intent);
    tx.journal.append([intent]);
    try {
      act(home, intent, replacement.quarantine);
    } catch (error) {
      giveUp(home, tx.journal, intent);
      throw error;
    }
    const [entry] = tx.journal.append([{ event: 'replaced', tx: tx.id, thread_id: intent.thread_id }]);
    unlinkIn(home, intent.made_at);
    return { at: entry?.at ?? '', original: from, replacement: intent.to, quarantine: intent.quarantine };
  } finally {
    await locks.release();
  }
}

function act(home: Home, intent: ReplaceIntent, quarantine: string | undefined): void {
  const { from, to, made_at, tx } = intent;
  const place = placeInTrash(tx, from.path);
  if (quarantine !== undefined && intent.quarantine) {
    moveIn(home, quarantine, intent.quarantine.path);
    syncFoldersOf(home, [intent.quarantine.path]);
  }
  if (to.path === from.path) {
    // The original has both names, and then the place belongs to the new one: nobody ever finds nothing.
    linkIn(home, from.path, place);
    if (!isUnchanged(from, statIn(home, place))) throw changed(from.path);
    syncFoldersOf(home, [place]);
    if (!isUnchanged(from, statIn(home, from.path))) throw changed(from.path);
    replaceIn(home, made_at, to.path);
  } else {
    linkIn(home, made_at, to.path);
    syncFoldersOf(home, [to.path]);
    moveIn(home, from.path, place);
  }
  if (!isUnchanged(from, statIn(home, place))) {
    undoReplace(home, intent);
    throw changed(from.path);
  }
  syncFoldersOf(home, [place, to.path, from.path]);
}

/** Brings an attempt that failed to an end; where even that fails, the next command does. */
function giveUp(home: Home, journal: Journal, intent: ReplaceIntent): void {
  try {
    const event = settleReplace(home, intent);
    journal.append([{ event, tx: intent.tx, thread_id: intent.thread_id }]);
    if (event === 'replace-undone') removeEmptyTx(home, intent.tx);
  } catch {
    // The intent is recorded.
  }
}

function expectReplaceable(home: Home, { from, to }: ReplaceIntent): void {
  const there = statIn(home, from.path);
  if (!isUnchanged(from, there)) throw changed(from.path);
  if (there?.nlink !== 1n) throw new Failure('refused', 'has another name (hard link)', { file: from.path });
  if (to.path !== from.path && statIn(home, to.path)) {
    throw new Failure('refused', 'there is a file already', { file: to.path });
  }
}

function makePlaces(home: Home, intent: ReplaceIntent): void {
  const paths = [placeInTrash(intent.tx, intent.from.path), intent.quarantine?.path, intent.to.path];
  try {
    makeFoldersIn(
      home,
      paths.flatMap((path) => (path === undefined ? [] : [splitPath(path).folder])),
    );
  } catch (error) {
    removeEmptyTx(home, intent.tx);
    throw error;
  }
}

function quarantineOf(home: Home, tx: string, { quarantine, original }: Replacement): FileIdentity | null {
  if (quarantine === undefined) return null;
  return { ...identify(home, quarantine), path: quarantinePlace(tx, original.path) };
}

function identify(home: Home, path: string): FileIdentity {
  const stat = statIn(home, path);
  if (!stat?.isFile()) throw new Failure('trouble', 'is gone', { file: path });
  return identityOf(path, stat);
}

function changed(file: string): Failure {
  return new Failure('busy', 'the file has changed', { file });
}
