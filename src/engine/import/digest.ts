import { createHash } from 'node:crypto';
import { openRollout } from '../../store/rollout-file.ts';

/** What a file holds, as far as it can be read. */
export interface ReadDigest {
  /** Of what it holds, decompressed. */
  sha256: string;
  /** Why there may be more; null for a whole one. */
  damage: string | null;
  /** Of its bytes as they are stored, where they cannot all be read. */
  stored: string | null;
}

export async function digestOf(path: string): Promise<ReadDigest> {
  const rollout = await openRollout(path);
  try {
    const hash = createHash('sha256');
    for await (const block of rollout.blocks()) hash.update(block);
    const damage = rollout.damage?.message ?? null;
    if (damage === null) return { sha256: hash.digest('hex'), damage, stored: null };
    const bytes = createHash('sha256');
    for await (const block of storedBlocks(rollout)) bytes.update(block);
    return { sha256: hash.digest('hex'), damage, stored: bytes.digest('hex') };
  } finally {
    await rollout.close();
  }
}

/** The bytes of a file as they are stored. */
export async function* storedBlocks(rollout: Awaited<ReturnType<typeof openRollout>>): AsyncGenerator<Buffer> {
  const { size } = rollout.identity;
  for (let at = 0; at < size; ) {
    const block = await rollout.stored(at, Math.min(BLOCK_BYTES, size - at));
    if (block.length === 0) return;
    at += block.length;
    yield block;
  }
}

const BLOCK_BYTES = 1 << 20;
