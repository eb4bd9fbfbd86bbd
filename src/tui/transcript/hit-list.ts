import type { Event } from '../../model/event.ts';
import { contentText } from '../../model/fields.ts';
import type { BlockStore } from './block-store.ts';
import { type BlockMaker, createBlockMaker, type TranscriptBlock } from './blocks.ts';
import { countHits, type Needle } from './hits.ts';
import { paragraphsOf } from './layout.ts';

/** Where something was found: blocks in order, and hits up to each of them. */
export interface HitList {
  needle: Needle;
  blocks: readonly number[];
  /** Hits before each block. */
  before: readonly number[];
  total: number;
  /** What has hits only out of sight and is the beginning of the session, as instructions are, which are looked for last; null for none. */
  prelude: number | null;
}

/** Where a hit is, counted from 0. */
export function hitAt({ blocks, before }: HitList, hit: number): { block: number; nth: number } {
  let at = 0;
  let high = blocks.length - 1;
  while (at < high) {
    const middle = Math.ceil((at + high) / 2);
    if ((before[middle] as number) <= hit) at = middle;
    else high = middle - 1;
  }
  return { block: blocks[at] ?? 0, nth: hit - (before[at] ?? 0) };
}

/** Hits before a block. */
export function hitsBefore({ blocks, before, total }: HitList, block: number): number {
  let low = 0;
  let high = blocks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((blocks[middle] as number) < block) low = middle + 1;
    else high = middle;
  }
  return before[low] ?? total;
}

/** The first hit in a block or behind it; 0 where there is none. */
export function hitFrom({ blocks, before, prelude }: HitList, block: number): number {
  const at = blocks.findIndex((each) => each >= block && each !== prelude);
  return at < 0 ? 0 : (before[at] as number);
}

/**
 * The hits of a longer text, which are where those of a shorter one are; null where that does not tell, as not all of these
 * blocks are known in full.
 *
 * @param known of the same blocks
 * @param goesOn asked after some blocks, so that keys are heard meanwhile: whether the hits are still wanted, and the blocks the same
 */
export async function hitsAmong(
  blocks: BlockStore,
  known: HitList,
  { needle, isPlain }: { needle: Needle; isPlain: boolean },
  goesOn: () => Promise<boolean>,
): Promise<HitList | null> {
  const { text, isExact } = known.needle;
  // A letter with marks is not found by the letter.
  if (isExact !== needle.isExact || !needle.text.includes(text) || partOfLetter.test(needle.text)) return null;
  if (known.blocks.some((at) => blocks.isCutAt(at))) return null;
  const [found, before]: [number[], number[]] = [[], []];
  let total = 0;
  for (const [nth, at] of known.blocks.entries()) {
    if (nth % askEvery === 0 && !(await goesOn())) return null;
    const count = countHits(paragraphsOf(blocks.get(at), Infinity, isPlain), needle);
    if (count === 0) continue;
    found.push(at);
    before.push(total);
    total += count;
  }
  return { needle, blocks: found, before, total, prelude: null };
}

const askEvery = 16;
const partOfLetter = /\p{M}|\u200d|\ufe0f|[\u{1f3fb}-\u{1f3ff}]/u;

/** Counts hits in the events of a session, of which the blocks are known; each block in full, whatever is shown of it. */
export class HitLister {
  readonly #blocks: BlockStore;
  readonly #needle: Needle;
  readonly #isPlain: boolean;
  readonly #maker: BlockMaker;
  /** The block that comes next. */
  #next = 0;
  readonly #found: number[] = [];
  readonly #before: number[] = [];
  #total = 0;
  #prelude: number | null = null;

  constructor(blocks: BlockStore, needle: Needle, isPlain: boolean) {
    this.#blocks = blocks;
    this.#needle = needle;
    this.#isPlain = isPlain;
    this.#maker = createBlockMaker({
      most: () => Infinity,
      isFull: (event) => this.#isCut(event.seq) && this.#mayHave(event),
    });
  }

  add(event: Event): void {
    for (const block of this.#maker.add(event)) this.#count(block);
  }

  /** After the last event. */
  end(): void {
    for (const block of this.#maker.end()) this.#count(block);
  }

  #count(block: TranscriptBlock): void {
    const isNext = this.#next < this.#blocks.count && this.#blocks.seqAt(this.#next) === block.seq;
    const at = isNext ? this.#next : this.#blocks.indexOf(block.seq);
    // In full, an event may show more than is among the blocks.
    if (at < this.#next) return;
    this.#next = at + 1;
    if (block.kind === 'agent' && !mayBeIn(block, this.#needle)) return;
    const count = countHits(paragraphsOf(this.#blocks.marked(block), Infinity, this.#isPlain), this.#needle);
    if (count === 0) return;
    if (block.kind === 'session' && this.#blocks.isCutAt(at) && !this.#isSeenIn(at)) this.#prelude ??= at;
    this.#found.push(at);
    this.#before.push(this.#total);
    this.#total += count;
  }

  get hits(): HitList {
    const [needle, blocks, before] = [this.#needle, this.#found, this.#before];
    return { needle, blocks, before, total: this.#total, prelude: this.#prelude };
  }

  /** In what is shown of a block before it is unfolded. */
  #isSeenIn(at: number): boolean {
    return countHits(paragraphsOf(this.#blocks.get(at), Infinity, this.#isPlain), this.#needle) > 0;
  }

  /** Outputs, which are most of a session, are shown line by line as they are: most can be passed over. */
  #mayHave(event: Event): boolean {
    const { text, isExact } = this.#needle;
    if (event.type !== 'ResponseItem' || event.item.type !== 'tool_result' || /[\\^\ufffd]/.test(text)) return true;
    const output = contentText(event.item.output);
    return (isExact ? output : output.toLowerCase()).includes(text);
  }

  /** The block of the event itself, behind what is said before it. */
  #isCut(seq: number): boolean {
    const first = this.#blocks.indexOf(seq);
    if (first < 0) return false;
    let last = first;
    while (this.#blocks.seqAt(last + 1) === seq && last + 1 < this.#blocks.count) last++;
    return this.#blocks.isCutAt(last);
  }
}

/** Reading Markdown takes longer than looking for a word, and takes nothing out of words but its marks. */
function mayBeIn({ paragraphs }: TranscriptBlock, { text, isExact }: Needle): boolean {
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  const longest = words.reduce((best, word) => (word.length > best.length ? word : best), '');
  return paragraphs.some((paragraph) =>
    paragraph.text.some((span) => {
      const searched = isExact ? span.text : span.text.toLowerCase();
      return searched.includes(longest) || /[\p{L}\p{N}][*_`~\\[\]]+[\p{L}\p{N}]/u.test(span.text);
    }),
  );
}
