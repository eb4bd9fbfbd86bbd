import { isMissingFile } from '../../base/system-error.ts';
import { openRollout, type RolloutFile } from '../../store/rollout-file.ts';
import { type Catalog, loadCatalog } from '../catalog.ts';
import { openTarget } from '../open-target.ts';
import { openThread } from '../open-thread.ts';
import type { Report } from '../problem.ts';
import type { Content } from '../read-records.ts';
import type { ThreadSource } from '../read-thread.ts';
import type { SessionResolver, Target } from '../resolve-session.ts';

/**
 * Opens all files of a session at once, so that it is read as it is now: what is written, moved, compressed or removed
 * meanwhile does not matter.
 *
 * @param onRead told after each block, with its length decompressed
 * @throws Failure when one of its files cannot be opened
 */
export async function openSession(
  sessions: SessionResolver,
  target: Target,
  report: Report,
  onRead: (bytes: number) => void,
): Promise<OpenSession> {
  const isStdin = target.kind === 'file' && target.isStdin === true;
  const open = (source: ThreadSource, archived: boolean) => openFiles(source, { archived, isStdin, onRead });
  try {
    const source = await openTarget(sessions, target, report);
    return await open(source, target.kind === 'thread' && isArchived(await sessions.catalog(), target.threadId));
  } catch (error) {
    if (!isMissingFile(error) || target.kind === 'file') throw error;
    // It was moved or compressed since the home was searched.
    const catalog = await loadCatalog((await sessions.catalog()).home);
    if (catalog.thread(target.threadId).length === 0) throw error;
    return open(await openThread(catalog, target.threadId, report), isArchived(catalog, target.threadId));
  }
}

/** A session whose files are open. It must be closed. */
export interface OpenSession {
  /** Reads the open files, as often as it is read. */
  source: ThreadSource;
  /** The file that it is written to. */
  current: RolloutFile;
  /** Files of the session, those that it refers to included. */
  files: number;
  archived: boolean;
  /** Bytes of all of them as they are stored. */
  sizeBytes: number;
  /** Whether somebody has added to them since. */
  hasGrown(): boolean;
  close(): Promise<void>;
}

interface Opening {
  archived: boolean;
  isStdin: boolean;
  onRead: (bytes: number) => void;
}

async function openFiles(source: ThreadSource, opening: Opening): Promise<OpenSession> {
  const open: RolloutFile[] = [];
  const close = async () => {
    for (const rollout of open) await rollout.close();
  };
  try {
    const parts: ThreadSource['parts'] = [];
    for (const part of source.parts) {
      const rollout = await openRollout(part.path, opening.isStdin ? { shownAs: '-' } : {});
      open.push(rollout);
      parts.push({ ...part, open: async () => alreadyOpen(rollout, opening.onRead) });
    }
    const place = source.parts.findIndex(({ isCurrent }) => isCurrent);
    return {
      source: { ...source, parts },
      current: open[place] as RolloutFile,
      files: open.length,
      archived: opening.archived,
      sizeBytes: open.reduce((sum, { identity }) => sum + identity.size, 0),
      hasGrown: () => open.some((rollout) => rollout.hasGrown()),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function alreadyOpen(rollout: RolloutFile, onRead: (bytes: number) => void): Content {
  return {
    path: rollout.path,
    async *blocks() {
      for await (const block of rollout.blocks()) {
        onRead(block.length);
        yield block;
      }
    },
    get damage() {
      return rollout.damage;
    },
    close: async () => {},
  };
}

function isArchived(catalog: Catalog, threadId: string): boolean {
  return catalog.thread(threadId).at(-1)?.archived ?? false;
}
