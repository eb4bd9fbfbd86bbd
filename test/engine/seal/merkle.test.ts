import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leafHash, MerkleTree, nodeHash, startLeaf } from '../../../src/engine/seal/merkle.ts';
import {
  type Leaves,
  proveConsistency,
  proveInclusion,
  rootOf,
  verifyConsistency,
  verifyInclusion,
} from '../../../src/engine/seal/merkle-proof.ts';

// The test data and roots that the certificate transparency projects publish for RFC 6962.
const inputs = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
const roots = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

function leavesOf(count: number): Leaves & { hashes: Buffer[] } {
  const hashes = Array.from({ length: count }, (_, index) => leafHash(Buffer.from(`line ${index}\n`)));
  return { hashes, size: count, at: (index) => hashes[index] as Buffer };
}

/** The definition of RFC 6962, word by word, which the tree must agree with. */
function definition(hashes: Buffer[]): Buffer {
  if (hashes.length === 0) return createHash('sha256').digest();
  if (hashes.length === 1) return hashes[0] as Buffer;
  let split = 1;
  while (split * 2 < hashes.length) split *= 2;
  return nodeHash(definition(hashes.slice(0, split)), definition(hashes.slice(split)));
}

describe('a Merkle tree', () => {
  it('has the roots that are published for RFC 6962', () => {
    const tree = new MerkleTree();
    expect(tree.root().toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    for (const [index, input] of inputs.entries()) {
      tree.add(leafHash(Buffer.from(input, 'hex')));
      expect(tree.root().toString('hex')).toBe(roots[index]);
    }
  });

  it('has the root that the definition gives, for every size up to 130', () => {
    const { hashes } = leavesOf(130);
    const tree = new MerkleTree();
    for (const [index, hash] of hashes.entries()) {
      tree.add(hash);
      expect(tree.root()).toEqual(definition(hashes.slice(0, index + 1)));
      expect(tree.size).toBe(index + 1);
    }
  });

  it('hashes a leaf that comes in parts like a whole one', () => {
    const leaf = startLeaf();
    leaf.update(Buffer.from('ab'));
    leaf.update(Buffer.from('c'));
    expect(leaf.digest()).toEqual(leafHash(Buffer.from('abc')));
  });
});

describe('proofs', () => {
  it('show every leaf of every tree up to 40, and no other', () => {
    for (let size = 1; size <= 40; size++) {
      const leaves = leavesOf(size);
      const root = rootOf(leaves);
      for (let index = 0; index < size; index++) {
        const path = proveInclusion(leaves, index);
        expect(verifyInclusion(leaves.at(index), index, size, path, root)).toBe(true);
        expect(verifyInclusion(leafHash(Buffer.from('another')), index, size, path, root)).toBe(false);
        if (index + 1 < size) {
          expect(verifyInclusion(leaves.at(index), index + 1, size, path, root)).toBe(false);
        }
        expect(verifyInclusion(leaves.at(index), index, size, [...path, root], root)).toBe(false);
      }
    }
  });

  it('show that a list begins with another one, for every pair of sizes up to 40', () => {
    const leaves = leavesOf(40);
    for (let size = 1; size <= 40; size++) {
      for (let old = 1; old <= size; old++) {
        const [oldRoot, root] = [rootOf(leaves, 0, old), rootOf(leaves, 0, size)];
        const proof = proveConsistency(leaves, old, size);
        expect(verifyConsistency(old, size, proof, oldRoot, root)).toBe(true);
        expect(verifyConsistency(old, size, proof, leafHash(oldRoot), root)).toBe(false);
        expect(verifyConsistency(old, size, proof, oldRoot, leafHash(root))).toBe(false);
        expect(verifyConsistency(old, size, [...proof, root], oldRoot, root)).toBe(false);
      }
    }
  });

  it('fail when any bit of them is another', () => {
    const leaves = leavesOf(100);
    const root = rootOf(leaves);
    fc.assert(
      fc.property(fc.nat(99), fc.nat(255), fc.nat(6), (index, bit, at) => {
        const path = proveInclusion(leaves, index);
        const hash = path[at % path.length] as Buffer;
        hash[bit >> 3] = (hash[bit >> 3] as number) ^ (1 << (bit & 7));
        expect(verifyInclusion(leaves.at(index), index, 100, path, root)).toBe(false);
      }),
    );
  });

  it('are refused for what is not there', () => {
    const leaves = leavesOf(3);
    expect(() => proveInclusion(leaves, 3)).toThrow(RangeError);
    expect(() => proveConsistency(leaves, 4)).toThrow(RangeError);
    expect(() => proveConsistency(leaves, 0)).toThrow(RangeError);
    expect(verifyConsistency(0, 3, [], rootOf(leaves, 0, 0), rootOf(leaves))).toBe(false);
  });
});
