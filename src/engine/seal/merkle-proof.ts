import { MerkleTree, nodeHash } from './merkle.ts';

/** The hashes of a list, by position. */
export interface Leaves {
  readonly size: number;
  /** 32 bytes. */
  at(index: number): Uint8Array;
}

/** The root of the part of a list from `start` to before `end`. */
export function rootOf(leaves: Leaves, start = 0, end = leaves.size): Buffer {
  const tree = new MerkleTree();
  for (let index = start; index < end; index++) tree.add(leaves.at(index));
  return tree.root();
}

/**
 * The audit path of one leaf: the hashes that lead from it to the root, lowest first (RFC 6962, 2.1.1). With it, one line of a
 * sealed file is shown to belong without the others.
 */
export function proveInclusion(leaves: Leaves, index: number, size = leaves.size): Buffer[] {
  const path = (start: number, end: number): Buffer[] => {
    if (end - start === 1) return [];
    const middle = start + splitOf(end - start);
    return index < middle
      ? [...path(start, middle), rootOf(leaves, middle, end)]
      : [...path(middle, end), rootOf(leaves, start, middle)];
  };
  if (!(index >= 0 && index < size && size <= leaves.size)) throw new RangeError('no such leaf');
  return path(0, size);
}

/** Whether a path leads from a leaf to the root of a list of `size` (RFC 9162, 2.1.3.2). */
export function verifyInclusion(leaf: Uint8Array, index: number, size: number, path: Uint8Array[], root: Uint8Array) {
  if (!(index >= 0 && index < size)) return false;
  let node: Uint8Array = leaf;
  let at = index;
  let last = size - 1;
  for (const sibling of path) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      node = nodeHash(sibling, node);
      // A node without a right neighbour goes up unchanged until it is one.
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else node = nodeHash(node, sibling);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && Buffer.compare(node, root) === 0;
}

/** The hashes that show that a list of `oldSize` is the beginning of this one (RFC 6962, 2.1.2). */
export function proveConsistency(leaves: Leaves, oldSize: number, size = leaves.size): Buffer[] {
  const proof = (start: number, end: number, old: number, isOldRoot: boolean): Buffer[] => {
    if (old === end - start) return isOldRoot ? [] : [rootOf(leaves, start, end)];
    const split = splitOf(end - start);
    return old <= split
      ? [...proof(start, start + split, old, isOldRoot), rootOf(leaves, start + split, end)]
      : [...proof(start + split, end, old - split, false), rootOf(leaves, start, start + split)];
  };
  if (!(oldSize > 0 && oldSize <= size && size <= leaves.size)) throw new RangeError('no such size');
  return proof(0, size, oldSize, true);
}

/** Whether a proof shows that the list behind `root` begins with the one behind `oldRoot` (RFC 9162, 2.1.4.2). */
export function verifyConsistency(
  oldSize: number,
  size: number,
  proof: Uint8Array[],
  oldRoot: Uint8Array,
  root: Uint8Array,
): boolean {
  if (!(oldSize > 0 && oldSize <= size)) return false;
  if (oldSize === size) return proof.length === 0 && Buffer.compare(oldRoot, root) === 0;
  const isPowerOfTwo = Number.isInteger(Math.log2(oldSize));
  const [first, ...rest] = isPowerOfTwo ? [oldRoot, ...proof] : proof;
  if (!first) return false;
  let [at, last] = [oldSize - 1, size - 1];
  while (at % 2 === 1) [at, last] = [half(at), half(last)];
  let [old, now] = [first, first];
  for (const hash of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      [old, now] = [nodeHash(hash, old), nodeHash(hash, now)];
      while (at % 2 === 0 && at !== 0) [at, last] = [half(at), half(last)];
    } else now = nodeHash(now, hash);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && Buffer.compare(old, oldRoot) === 0 && Buffer.compare(now, root) === 0;
}

/** The largest power of two that is smaller than a size of at least two. */
function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

function half(number: number): number {
  return Math.floor(number / 2);
}
