import { readFile, stat } from 'node:fs/promises';
import { Failure } from '../../base/failure.ts';
import { isMissingFile, systemReason } from '../../base/system-error.ts';
import { type Checkpoint, LOG_ORIGIN, parseCheckpoint } from './checkpoint.ts';
import type { SignatureCheck, SignatureVerdict } from './signature-check.ts';

/** A checkpoint that was kept where nobody who can write to the home could change it. */
export interface Anchor {
  path: string;
  checkpoint: Checkpoint;
  /** Null where it was kept without its signature. */
  verdict: SignatureVerdict | null;
  /** What the verdict is on; null where there is none. */
  signed?: { text: string; signature: string } | null;
  /** It was kept by this program itself, on this machine. */
  isOwn?: boolean;
}

/** A checkpoint and its signature as one text, to be kept elsewhere. */
export function formatAnchor(text: string, signature: string | null): string {
  return signature === null ? text : `${text}\n${signature}`;
}

/**
 * Reads an anchor: a checkpoint alone, with `FILE.sig` beside it, or with the signature behind an empty line.
 *
 * @throws Failure `usage` for what is no checkpoint of a log
 */
export async function readAnchor(path: string, check: SignatureCheck): Promise<Anchor> {
  const whole = await readText(path);
  if (whole === null) throw new Failure('usage', 'no such file', { file: path });
  const end = whole.indexOf('\n\n');
  const text = end < 0 ? whole : whole.slice(0, end + 1);
  const signature = end < 0 ? await readText(`${path}.sig`) : whole.slice(end + 2);
  const checkpoint = parseCheckpoint(text);
  if (!checkpoint || !LOG_ORIGIN.test(checkpoint.origin)) {
    const hint = 'sessions seal --print-checkpoint prints one';
    throw new Failure('usage', 'is not a checkpoint of a log of seals', { file: path, hint });
  }
  const signed = signature === null ? null : { text, signature };
  return { path, checkpoint, verdict: signed && (await check.check(signed)), signed };
}

async function readText(path: string): Promise<string | null> {
  try {
    if ((await stat(path)).size > MOST_BYTES)
      throw new Failure('usage', 'is too large for a checkpoint', { file: path });
    return await readFile(path, 'latin1');
  } catch (error) {
    if (isMissingFile(error)) return null;
    if (error instanceof Failure) throw error;
    throw new Failure('trouble', `cannot be read: ${systemReason(error)}`, { file: path, cause: error });
  }
}

const MOST_BYTES = 64 * 1024;
