import { throwIfStopped } from '../../../base/abort.ts';
import type { Finding } from '../../../model/finding.ts';
import type { RolloutEntry } from '../../../store/discover.ts';
import { openRollout } from '../../../store/rollout-file.ts';
import { wholeFile } from '../check.ts';
import { Findings } from '../findings.ts';

/**
 * DUP-ID: a file that another one with the same rollout id hides. Codex reads the plain one, and leaves the compressed one behind
 * when it is stopped between making the one and removing the other.
 */
export async function checkDuplicate(entry: RolloutEntry, by: RolloutEntry, signal: AbortSignal): Promise<Finding[]> {
  const findings = new Findings(entry.path, entry.threadId);
  const same = await haveSameContent(entry.path, by.path, signal);
  const content = same === null ? 'and cannot be compared' : same ? 'and the same content' : 'but other content';
  const message = `has the same rollout id as ${by.path}, which is the one that is read, ${content}`;
  findings.report('DUP-ID', wholeFile, message, same ? { severity: 'note' } : {});
  return findings.take();
}

/** Null when one of them cannot be read. */
async function haveSameContent(one: string, other: string, signal: AbortSignal): Promise<boolean | null> {
  const opened = await Promise.allSettled([openRollout(one), openRollout(other)]);
  const files = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  try {
    const [first, second] = files;
    if (!first || !second) return null;
    const a = new ByteReader(first.blocks());
    const b = new ByteReader(second.blocks());
    for (;;) {
      throwIfStopped(signal);
      await a.fill();
      await b.fill();
      const length = Math.min(a.left, b.left);
      // Where the compressed form is damaged, the contents differ.
      if (length === 0) return a.left === b.left && !first.damage && !second.damage;
      if (!a.take(length).equals(b.take(length))) return false;
    }
  } finally {
    for (const file of files) await file.close();
  }
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
