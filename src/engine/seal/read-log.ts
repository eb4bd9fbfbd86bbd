import { isMissingFile } from '../../base/system-error.ts';
import { LineFramer } from '../../format/line-framer.ts';
import type { Home } from '../../store/home.ts';
import { openRollout, type RolloutFile } from '../../store/rollout-file.ts';
import { type LogPlace, logCheckpoints, sealLogPath } from '../../store/seals.ts';
import { CheckpointFolder, type StoredCheckpoint } from '../../store/seals-checkpoints.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { type ContentHash, type HashableContent, hashContent } from './hash-content.ts';
import type { SealLogEntry } from './log-entry.ts';
import { MerkleTree } from './merkle.ts';
import { parseLogEntry } from './parse-log-entry.ts';
import { SealHistory } from './seal-history.ts';

/** The log of a home's seals as it is on the disk. Nothing about it is believed yet. */
export interface SealLog {
  /** Null where there is no log. */
  content: ContentHash | null;
  stored: StoredCheckpoint | null;
  /** Null where there is none, and for a text that is none. */
  checkpoint: Checkpoint | null;
  /** What the lines under the checkpoint come to. */
  sealed: SealHistory;
  /** The same with the lines behind it, which nobody signed. */
  whole: SealHistory;
  /** The lines behind it, numbered from 1. */
  tail: { line: number; entry: SealLogEntry }[];
  /** When the last line was entered that a size which was asked for is over, by that line. */
  timesAt: Map<number, string>;
  /** Lines that no version of this program wrote, 1-based: the first under the checkpoint, and the first behind it. */
  foreign: { sealed: number | null; tail: number | null };
  /** The tree over the lines under the checkpoint, as far as they are there. */
  tree: MerkleTree;
  /** Bytes of the lines under the checkpoint. */
  sealedBytes: number;
}

/** @param sizes for which the root is wanted besides */
export function readSealLog(home: Home, sizes: Iterable<number> = []): Promise<SealLog> {
  return readLogAt({ log: sealLogPath(home), checkpoints: logCheckpoints(home) }, sizes);
}

/** The same for one that was moved out of the way. */
export async function readLogAt(place: LogPlace, sizes: Iterable<number> = []): Promise<SealLog> {
  // First the checkpoint: a log that is written to meanwhile has more than it says, and never less.
  const stored = new CheckpointFolder(place.checkpoints).current();
  const checkpoint = stored && parseCheckpoint(stored.text);
  const log: SealLog = {
    ...{ content: null, stored, checkpoint, tail: [], sealedBytes: 0, tree: new MerkleTree() },
    ...{ sealed: new SealHistory(), whole: new SealHistory(), foreign: { sealed: null, tail: null } },
    timesAt: new Map(),
  };
  const size = checkpoint?.size ?? 0;
  try {
    const file = await openRollout(place.log);
    try {
      const wanted = new Set([...sizes, size]);
      log.content = await hashContent(readingLines(file, log, { size, wanted }), {
        at: wanted,
        onLeaf: (leaf, index) => index < size && log.tree.add(leaf),
      });
      log.sealedBytes = log.content.roots.get(size)?.bytes ?? 0;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (!isMissingFile(error)) throw error;
  }
  return log;
}

/** The content of a file whose lines are read as they pass: what was read is what was hashed, whoever writes to it meanwhile. */
function readingLines(
  file: RolloutFile,
  log: SealLog,
  { size, wanted }: { size: number; wanted: ReadonlySet<number> },
): HashableContent {
  return {
    async *blocks() {
      const framer = new LineFramer(LONGEST_LINE);
      for await (const block of file.blocks()) {
        for (const line of framer.push(block)) {
          const entry = parseLogEntry(line.bytes.toString('utf8', line.start, line.end));
          if (entry && entry !== 'later' && wanted.has(line.number)) log.timesAt.set(line.number, entry.at);
          addLine(log, entry, line.number, line.number <= size ? 'sealed' : 'tail');
        }
        yield block;
      }
    },
    get damage() {
      return file.damage;
    },
  };
}

function addLine(log: SealLog, entry: ReturnType<typeof parseLogEntry>, number: number, part: 'sealed' | 'tail'): void {
  if (entry === 'later') return;
  if (!entry) {
    log.foreign[part] ??= number;
    return;
  }
  log.whole.add(entry);
  if (part === 'sealed') log.sealed.add(entry);
  else log.tail.push({ line: number, entry });
}

/** Whether the lines that the checkpoint speaks of are there, and are those. */
export function fitsCheckpoint({ content, checkpoint }: SealLog): boolean {
  if (!checkpoint) return false;
  if (!content) return checkpoint.size === 0;
  return content.roots.get(checkpoint.size)?.root.toString('base64') === checkpoint.root;
}

const LONGEST_LINE = 1024 * 1024;
