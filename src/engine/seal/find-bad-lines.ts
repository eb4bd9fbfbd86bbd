import { Failure } from '../../base/failure.ts';
import { isMissingFile } from '../../base/system-error.ts';
import type { Home } from '../../store/home.ts';
import { openRollout, type RolloutFile } from '../../store/rollout-file.ts';
import { leavesPath } from '../../store/seals.ts';
import type { Checkpoint } from './checkpoint.ts';
import { type HashOptions, hashContent } from './hash-content.ts';
import { HASH_BYTES, MerkleTree } from './merkle.ts';
import type { BadLine } from './verify-result.ts';

/** Which lines of a file are not those that were sealed. */
export interface BadLines {
  /** Null where all that is there is as it was sealed. */
  first: BadLine | null;
  /** 1-based, at most `MOST_NAMED`. */
  lines: number[];
}

/**
 * Compares a file with the leaves of its seal, line by line.
 *
 * @returns null where the leaves are not the ones that the checkpoint was made over, and so tell nothing
 */
export async function findBadLines(
  home: Home,
  rolloutId: string,
  file: RolloutFile,
  { size, root }: Checkpoint,
  { signal, standIn }: Pick<HashOptions, 'signal' | 'standIn'>,
): Promise<BadLines | null> {
  const leaves = await openLeaves(leavesPath(home, rolloutId), size);
  if (!leaves) return null;
  try {
    if ((await rootOver(leaves, size)) !== root) return null;
    const bad: BadLines = { first: null, lines: [] };
    let [at, pending]: [number, { leaf: Buffer; offset: number }[]] = [0, []];
    await hashContent(file, {
      ...{ at: [], signal, standIn },
      onLeaf: (leaf, index, offset) => index < size && pending.push({ leaf, offset }),
      async afterBlock() {
        const sealed = await leaves.stored(at * HASH_BYTES, pending.length * HASH_BYTES);
        for (const [index, { leaf, offset }] of pending.entries()) {
          if (leaf.equals(sealed.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES))) continue;
          bad.first ??= { line: at + index + 1, offset };
          if (bad.lines.length < MOST_NAMED) bad.lines.push(at + index + 1);
        }
        [at, pending] = [at + pending.length, []];
      },
    });
    return bad;
  } finally {
    await leaves.close();
  }
}

async function rootOver(leaves: RolloutFile, size: number): Promise<string> {
  const tree = new MerkleTree();
  for (let at = 0; at < size; at += CHUNK) {
    const chunk = await leaves.stored(at * HASH_BYTES, Math.min(CHUNK, size - at) * HASH_BYTES);
    for (let start = 0; start < chunk.length; start += HASH_BYTES) tree.add(chunk.subarray(start, start + HASH_BYTES));
  }
  return tree.root().toString('base64');
}

/** Null where there are fewer, and where so many would take hours. */
async function openLeaves(path: string, size: number): Promise<RolloutFile | null> {
  try {
    const file = await openRollout(path);
    if (file.identity.size >= size * HASH_BYTES && size <= MOST_LEAVES) return file;
    await file.close();
    return null;
  } catch (error) {
    if (isMissingFile(error) || (error instanceof Failure && error.kind === 'findings')) return null;
    throw error;
  }
}

const MOST_NAMED = 100;
/** Leaves that are read at once. */
const CHUNK = 4096;
const MOST_LEAVES = 2 ** 27;
