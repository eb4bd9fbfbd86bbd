import { constants } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { Failure } from '../../base/failure.ts';
import { isMissingFile } from '../../base/system-error.ts';
import { openNewFile } from '../../store/new-file.ts';
import { isOwn } from '../../store/partial.ts';
import { LOSS_SCHEMA } from './manifest.ts';
import { createSink, type Sink } from './sink.ts';

export interface LossRequest {
  /** Of the output, absolute; null for standard output. */
  path: string | null;
  /** Of the report, absolute; null for none. */
  lossFile: string | null;
  force: boolean;
}

/** Where the losses of an output are reported when no other place is named. */
export function lossesBeside(path: string): string {
  return `${path}.losses.jsonl`;
}

/**
 * The file that losses are written to; null where none is wanted.
 *
 * @throws Failure `usage` when another file has a name that nobody has asked for
 */
export async function openLossReport({ path, lossFile, force }: LossRequest): Promise<LossReport | null> {
  if (lossFile === null) return null;
  const isBeside = path !== null && lossFile === lossesBeside(path);
  if (isBeside && force && (await readKind(lossFile)) === 'other') {
    const hint = 'it is no report of losses: --losses FILE names another place';
    throw new Failure('usage', 'is not replaced', { file: lossFile, hint });
  }
  const file = await openNewFile(lossFile, force);
  const sink = createSink(file);
  return {
    sink,
    async complete() {
      await sink.flush();
      await file.complete();
    },
    finish: () => file.finish(),
    abandon: () => file.abandon(),
  };
}

export interface LossReport {
  sink: Sink;
  /** Everything is written; it has no name yet. */
  complete(): Promise<void>;
  finish(): Promise<void>;
  abandon(): Promise<void>;
}

/** Removes the report beside an output that was replaced, where the new one has none there: it speaks of the old one. */
export async function removeOldReport({ path, lossFile, force }: LossRequest): Promise<void> {
  if (!force || path === null || lossFile === lossesBeside(path)) return;
  if ((await readKind(lossesBeside(path))) === 'report') await unlink(lossesBeside(path));
}

/** What stands where a report may go: `report` for one that we have written, of which the first line says so. */
async function readKind(path: string): Promise<'report' | 'empty' | 'none' | 'other'> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error) => {
    if (isMissingFile(error)) return null;
    // A link is opened by nobody: it is not ours.
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') return 'link';
    throw error;
  });
  if (handle === null) return 'none';
  if (handle === 'link') return 'other';
  try {
    const there = await handle.stat({ bigint: true });
    if (!there.isFile() || there.nlink !== 1n || !isOwn(there)) return 'other';
    if (there.size === 0n) return 'empty';
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LONGEST), 0, LONGEST, 0);
    return schemaOf(buffer.toString('utf8', 0, bytesRead).split('\n', 1)[0] as string) === LOSS_SCHEMA
      ? 'report'
      : 'other';
  } finally {
    await handle.close();
  }
}

function schemaOf(line: string): unknown {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as { schema?: unknown }).schema : null;
  } catch {
    return null;
  }
}

const LONGEST = 10_000;
