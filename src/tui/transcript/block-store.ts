import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { SeqRange } from '../../model/rollback.ts';
import { takenBackRule } from '../../ui/transcript/turn-rule.ts';
import { type BlockKind, blockKinds, type TranscriptBlock } from './blocks.ts';
import { Integers } from './integers.ts';
import { type BlockHead, packBlock, unpackBlock } from './packed-block.ts';

/**
 * The blocks of a session, of which there may be millions: packed, but for the last ones and those that were looked at
 * lately.
 */
export class BlockStore {
  readonly #seqs = new Integers();
  readonly #turns = new Integers();
  /** The place of the kind in `blockKinds`, twice; plus 1 when it is cut. */
  readonly #marks = new Integers();
  readonly #packed: Packed[] = [];
  readonly #unpacked = new Map<Packed, TranscriptBlock[]>();
  /** As text: a block holds on to the whole record that its texts are cut from. */
  #loose: string[] = [];
  #looseSize = 0;
  #total = 0;
  #tail = 0;
  #takenBack: readonly SeqRange[] = [];
  #version = 0;

  get count(): number {
    return this.#seqs.length;
  }

  /** Characters that the next block may have: the more there are, the fewer. */
  get most(): number {
    if (this.#total < fullUntil) return 32 * 1024;
    return this.#total < 2 * fullUntil ? 4 * 1024 : 1024;
  }

  /** A change of it makes blocks look otherwise than before. */
  get version(): number {
    return this.#version;
  }

  /** What rollbacks have taken back is shown as that, whenever it is known; ascending and apart. */
  takeBack(ranges: readonly SeqRange[]): void {
    this.#takenBack = ranges;
    this.#version++;
  }

  /** The block as it is to be shown by what is known now. */
  marked(block: TranscriptBlock): TranscriptBlock {
    const range =
      this.#takenBack[lastAtMost(this.#takenBack.length, (at) => this.#takenBack[at]?.from ?? 0, block.seq)];
    if (!range || block.seq < range.from || block.seq >= range.to) return block;
    // Tokens are said of what came before.
    if (block.kind === 'tokens') return block;
    const paragraphs = block.kind === 'turn' ? block.paragraphs.map(takenBackRule) : block.paragraphs;
    return { ...block, isDimmed: true, paragraphs };
  }

  /** These stand behind all others until the next one comes, or others of this kind. */
  setTail(blocks: readonly TranscriptBlock[]): void {
    this.#dropTail();
    for (const block of blocks) this.#push(block);
    this.#tail = blocks.length;
  }

  add(block: TranscriptBlock): void {
    this.#dropTail();
    this.#push(block);
    if (this.#looseSize >= packSize) this.#pack();
  }

  /** @param index from 0 */
  get(index: number): TranscriptBlock {
    return this.marked(this.#get(index));
  }

  #push(block: TranscriptBlock): void {
    this.#seqs.push(block.seq);
    this.#turns.push(block.turn);
    this.#marks.push(blockKinds.indexOf(block.kind) * 2 + (block.isCut ? 1 : 0));
    const json = packBlock(block);
    this.#loose.push(json);
    this.#looseSize += json.length;
    this.#total += json.length;
  }

  #dropTail(): void {
    if (this.#tail === 0) return;
    const count = this.count - this.#tail;
    for (const each of [this.#seqs, this.#turns, this.#marks]) each.shorten(count);
    for (const json of this.#loose.splice(-this.#tail)) {
      this.#looseSize -= json.length;
      this.#total -= json.length;
    }
    this.#tail = 0;
    this.#version++;
  }

  #get(index: number): TranscriptBlock {
    const firstLoose = this.count - this.#loose.length;
    if (index >= firstLoose)
      return unpackBlock(JSON.parse(this.#loose[index - firstLoose] as string), this.#headAt(index));
    const packed = this.#packed[
      lastAtMost(this.#packed.length, (at) => (this.#packed[at] as Packed).first, index)
    ] as Packed;
    return this.#unpack(packed)[index - packed.first] as TranscriptBlock;
  }

  seqAt(index: number): number {
    return this.#seqs.at(index);
  }

  turnAt(index: number): number {
    return this.#turns.at(index);
  }

  kindAt(index: number): BlockKind {
    return blockKinds[this.#marks.at(index) >> 1] as BlockKind;
  }

  isCutAt(index: number): boolean {
    return (this.#marks.at(index) & 1) === 1;
  }

  /** The first block of an event; -1 when it shows nothing. Messages may stand behind what came right after them: see `SpokenInput`. */
  indexOf(seq: number): number {
    const near = lastAtMost(this.count, (index) => this.#seqs.at(index), seq);
    const end = Math.min(this.count, near + mostMoved);
    for (let at = Math.max(0, near - mostMoved); at < end; at++) if (this.#seqs.at(at) === seq) return at;
    return -1;
  }

  #pack(): void {
    const first = this.count - this.#loose.length;
    const bytes = deflateRawSync(`[${this.#loose.join(',')}]`, { level: 1 });
    // What it gives is the beginning of something larger.
    this.#packed.push({ first, bytes: Uint8Array.from(bytes) });
    this.#loose = [];
    this.#looseSize = 0;
  }

  #unpack(packed: Packed): TranscriptBlock[] {
    const known = this.#unpacked.get(packed);
    const blocks = known ?? this.#unpackAll(packed);
    this.#unpacked.delete(packed);
    this.#unpacked.set(packed, blocks);
    if (this.#unpacked.size > mostUnpacked) this.#unpacked.delete(this.#unpacked.keys().next().value as Packed);
    return blocks;
  }

  #unpackAll({ first, bytes }: Packed): TranscriptBlock[] {
    const all = JSON.parse(inflateRawSync(bytes).toString()) as unknown[];
    return all.map((each, at) => unpackBlock(each, this.#headAt(first + at)));
  }

  #headAt(index: number): BlockHead {
    const [seq, turn] = [this.seqAt(index), this.turnAt(index)];
    return { seq, turn, kind: this.kindAt(index), isCut: this.isCutAt(index) };
  }
}

interface Packed {
  /** Index of its first block. */
  first: number;
  bytes: Uint8Array;
}

/** The last of some places, of which the values are in order, whose value is not above one; 0 where there is none. */
function lastAtMost(count: number, valueAt: (place: number) => number, value: number): number {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (valueAt(middle) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Blocks between one and where it would stand by its number. */
const mostMoved = 24;
const packSize = 64 * 1024;
const mostUnpacked = 4;
const fullUntil = 32 * 1024 * 1024;
