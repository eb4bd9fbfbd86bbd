import { throwIfStopped } from '../base/abort.ts';
import { openRollout } from '../store/rollout-file.ts';

/**
 * Compares what two rollouts hold, decompressed: `prefix` where the second one only goes on behind the first.
 *
 * @returns null when one of them cannot be read
 */
export async function compareContent(
  one: string,
  other: string,
  signal: AbortSignal,
): Promise<'same' | 'prefix' | 'different' | null> {
  const shared = await findShared(one, other, signal);
  if (!shared) return null;
  if (shared.ends === 'both') return 'same';
  return shared.ends === 'first' ? 'prefix' : 'different';
}

/** The first byte of what two rollouts hold, decompressed, that differs: 0 when that cannot be known, without end for none. */
export async function firstDifference(one: string, other: string, signal: AbortSignal): Promise<number> {
  const shared = await findShared(one, other, signal);
  return shared?.ends === 'both' ? Number.POSITIVE_INFINITY : (shared?.bytes ?? 0);
}

/** What two rollouts have in common. */
interface Shared {
  /** How long both are the same. */
  bytes: number;
  /** Which of them ends there; neither, where they part or the compressed form of one is damaged. */
  ends: 'both' | 'first' | 'second' | 'neither';
}

/** Null when one of them cannot be read. */
async function findShared(one: string, other: string, signal: AbortSignal): Promise<Shared | null> {
  const opened = await Promise.allSettled([openRollout(one), openRollout(other)]);
  const files = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  try {
    const [first, second] = files;
    if (!first || !second) return null;
    const a = new ByteReader(first.blocks());
    const b = new ByteReader(second.blocks());
    for (let bytes = 0; ; ) {
      throwIfStopped(signal);
      await a.fill();
      await b.fill();
      const length = Math.min(a.left, b.left);
      if (length === 0) {
        const ends = a.left > 0 ? 'second' : b.left > 0 ? 'first' : 'both';
        // Where the compressed form is damaged, the contents differ.
        return { bytes, ends: first.damage || second.damage ? 'neither' : ends };
      }
      const same = sharedLength(a.take(length), b.take(length));
      bytes += same;
      if (same < length) return { bytes, ends: 'neither' };
    }
  } finally {
    for (const file of files) await file.close();
  }
}

/** Of pieces that are equally long. */
function sharedLength(a: Buffer, b: Buffer): number {
  if (a.equals(b)) return a.length;
  let at = 0;
  while (a[at] === b[at]) at++;
  return at;
}

/** Hands out a stream of blocks in pieces of any size. */
class ByteReader {
  readonly #blocks: AsyncIterator<Buffer>;
  #block: Buffer = Buffer.alloc(0);

  constructor(blocks: AsyncIterable<Buffer>) {
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  get left(): number {
    return this.#block.length;
  }

  async fill(): Promise<void> {
    while (this.#block.length === 0) {
      const next = await this.#blocks.next();
      if (next.done) return;
      this.#block = next.value;
    }
  }

  take(length: number): Buffer {
    const taken = this.#block.subarray(0, length);
    this.#block = this.#block.subarray(length);
    return taken;
  }
}
