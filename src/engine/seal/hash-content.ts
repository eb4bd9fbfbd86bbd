import { throwIfStopped } from '../../base/abort.ts';
import type { Damage } from '../../store/rollout-file.ts';
import { LeafCutter } from './leaf-cutter.ts';
import { MerkleTree } from './merkle.ts';

/** What can be hashed: an open rollout, or what stands for one. */
export interface HashableContent {
  blocks(): AsyncIterable<Buffer>;
  /** Known when the blocks were read. */
  readonly damage: Damage | null;
}

export interface HashOptions {
  /** Sizes for which the root is wanted. */
  at: Iterable<number>;
  signal?: AbortSignal | undefined;
  /** The leaf that stands for a line of which nothing is shown but its hash; null for one that is there. */
  standIn?: ((index: number) => Buffer | null) | undefined;
  /** Told each leaf, in order. What it returns is awaited once a block. */
  onLeaf?: (leaf: Buffer, index: number, offset: number) => void;
  afterBlock?: (bytes: number) => Promise<void> | void;
}

/** Hashes a content once from its beginning, in constant memory. */
export async function hashContent(content: HashableContent, options: HashOptions): Promise<ContentHash> {
  const tree = new MerkleTree();
  const cutter = new LeafCutter();
  const wanted = new Set(options.at);
  const roots = new Map<number, RootAt>();
  const note = () => {
    if (wanted.has(tree.size)) roots.set(tree.size, { root: tree.root(), bytes: cutter.wholeBytes });
  };
  note();
  let bytes = 0;
  let offset = 0;
  for await (const block of content.blocks()) {
    if (options.signal) throwIfStopped(options.signal);
    bytes += block.length;
    for (const cut of cutter.push(block)) {
      const leaf = options.standIn?.(tree.size) ?? cut;
      options.onLeaf?.(leaf, tree.size, offset);
      offset = cutter.wholeBytes;
      tree.add(leaf);
      if (wanted.size > 0) note();
    }
    await options.afterBlock?.(bytes);
  }
  return {
    lines: tree.size,
    root: tree.root(),
    bytes: cutter.wholeBytes,
    unfinishedBytes: cutter.unfinishedBytes,
    roots,
    damage: content.damage,
  };
}

export interface ContentHash {
  /** Lines that end in LF. */
  lines: number;
  /** Over all of them. */
  root: Buffer;
  /** Of all of them. */
  bytes: number;
  /** Behind the last LF. */
  unfinishedBytes: number;
  /** For each size that was wanted and reached. */
  roots: ReadonlyMap<number, RootAt>;
  /** Why there may be more that could not be read. */
  damage: Damage | null;
}

export interface RootAt {
  root: Buffer;
  /** Of the lines up to there. */
  bytes: number;
}
