import { createHash } from 'node:crypto';
import { Failure } from '../../base/failure.ts';
import { openRollout } from '../../store/rollout-file.ts';
import { digestOf, storedBlocks } from './digest.ts';
import type { Incoming } from './incoming.ts';
import { withIds } from './new-ids.ts';

/** The bytes that are put into the home. Where ids are replaced, what was read is held against what was checked at the end. */
export async function* contentOf(incoming: Incoming, ids: ReadonlyMap<string, string>): AsyncGenerator<Uint8Array> {
  const rollout = await openRollout(incoming.file);
  try {
    if (ids.size === 0) {
      yield* storedBlocks(rollout);
      return;
    }
    const hash = createHash('sha256');
    async function* hashed() {
      for await (const block of rollout.blocks()) {
        hash.update(block);
        yield block;
      }
    }
    yield* withIds(hashed(), ids, incoming.file);
    const isSame = incoming.sha256 === null || hash.digest('hex') === incoming.sha256;
    if (!isSame || rollout.damage) throw changed(incoming.file);
  } finally {
    await rollout.close();
  }
}

/**
 * Holds a file that was written against what was checked: the source may lie where others write.
 *
 * @throws Failure `findings` when it was changed in between
 */
export async function checkWritten(path: string, incoming: Incoming): Promise<void> {
  if (incoming.sha256 === null) return;
  const { sha256, damage } = await digestOf(path);
  if (sha256 !== incoming.sha256 || (damage === null) !== (incoming.damage === null)) throw changed(incoming.file);
}

function changed(file: string): Failure {
  return new Failure('findings', 'was changed while it was read, or is not what it says', { file });
}
