import { type HitList, hitAt, hitFrom, hitsBefore } from './hit-list.ts';
import type { Needle } from './hits.ts';
import { type Column, findBlock, goTo, reveal, settled, type Viewport } from './viewport.ts';

/** What one sees of a transcript, and how. */
export interface TranscriptState {
  readonly view: Viewport;
  /** All blocks are shown in full, but for some; or none, but for some. */
  readonly fold: { isFull: boolean; others: ReadonlySet<number> };
  /** What was searched for last; its hits are null until all are found, and as much as `percent` is looked through by then. */
  readonly search: { needle: Needle; hits: HitList | null; at: number; percent?: number } | null;
  /** A hit that is to be brought into sight once its block is there. */
  readonly target: { block: number; nth: number } | null;
  /** The text that is being typed after a `/`. */
  readonly typed: string | null;
  /** What was seen before that. */
  readonly before: Pick<TranscriptState, 'view' | 'fold' | 'only' | 'search'> | null;
  /** These blocks alone are shown, and what is shown afterwards. */
  readonly only: { first: number; end: number; back: Viewport } | null;
  readonly withTimes: boolean;
  /** Of all keys, which are shown instead; null for none. */
  readonly helpPage: number | null;
  /** What was done, or why not. */
  readonly notice: string | null;
}

/** A column that knows where hits are. */
export interface TranscriptColumn extends Column {
  /** Blocks that may be shown by now, whichever are. */
  limit: number;
  /** The block is there as it is to be shown. */
  isReady(block: number): boolean;
  rowOfHit(block: number, nth: number): number;
}

export function openTranscript(start: 'begin' | 'end'): TranscriptState {
  return {
    view: { top: { block: 0, row: 0 }, chosen: 0, isFollowing: start === 'end' },
    fold: { isFull: false, others: new Set() },
    ...{
      search: null,
      target: null,
      typed: null,
      before: null,
      only: null,
      withTimes: false,
      helpPage: null,
      notice: null,
    },
  };
}

export function isFull({ fold, only }: Pick<TranscriptState, 'fold' | 'only'>, block: number): boolean {
  return only !== null || fold.isFull !== fold.others.has(block);
}

/** What is true of a state after anything has changed: blocks have come, are shown in full, are laid out otherwise. */
export function settle(state: TranscriptState, column: TranscriptColumn, page: number): TranscriptState {
  const { target } = state;
  if (!target || target.block >= column.end || target.block < column.first) {
    return { ...state, target: null, view: settled(state.view, column, page) };
  }
  const row = column.rowOfHit(target.block, target.nth);
  const view = reveal(settled({ ...state.view, isFollowing: false }, column, page), column, page, {
    block: target.block,
    row,
  });
  return { ...state, view, target: column.isReady(target.block) ? null : target };
}

/** The search has come that far. */
export function lookedThrough(state: TranscriptState, needle: Needle, percent: number): TranscriptState {
  const { search } = state;
  if (search?.needle !== needle || search.hits) return state;
  return { ...state, search: { ...search, percent } };
}

/** The search is over. Hits behind the blocks that may be shown count when those are. */
export function found(state: TranscriptState, hits: HitList, limit = Infinity): TranscriptState {
  if (state.search?.needle !== hits.needle) return state;
  const total = hitsBefore(hits, limit);
  // While one types, each letter begins where the first one did.
  const from = { ...state, ...state.before };
  const { prelude } = hits;
  const isPassed = prelude !== null && !isFull(from, prelude);
  const first = hitFrom(isPassed ? hits : { ...hits, prelude: null }, from.view.chosen);
  const at = Math.min(first, Math.max(0, total - 1));
  const next = { ...from, search: { needle: hits.needle, hits, at } };
  if (total > 0) return goToHit(next, at);
  return state.typed === null ? { ...next, notice: `not found: ${hits.needle.text}` } : next;
}

export function hitBy(state: TranscriptState, by: 1 | -1, limit: number): TranscriptState {
  const { search } = state;
  if (!search) return { ...state, notice: 'nothing was searched for: / begins' };
  if (!search.hits) return state;
  const total = hitsBefore(search.hits, limit);
  return total === 0
    ? { ...state, notice: `not found: ${search.needle.text}` }
    : goToHit(state, (search.at + by + total) % total);
}

function goToHit(state: TranscriptState, at: number): TranscriptState {
  const { search } = state;
  if (!search?.hits) return state;
  const target = hitAt(search.hits, at);
  // It may stand in what is not shown.
  const fold = isFull(state, target.block) ? state.fold : toggled(state.fold, [target.block]);
  return { ...state, search: { ...search, at }, target, fold, only: null };
}

export function toggled(fold: TranscriptState['fold'], blocks: readonly number[]): TranscriptState['fold'] {
  const others = new Set(fold.others);
  for (const block of blocks) if (!others.delete(block)) others.add(block);
  return { ...fold, others };
}

/** Goes to the nearest block of a kind; says so where there is none. */
export function jump(
  state: TranscriptState,
  column: Column,
  page: number,
  direction: 1 | -1,
  isWanted: (block: number) => boolean,
): TranscriptState {
  const block = findBlock(state.view, column, direction, isWanted);
  if (block === null) return { ...state, notice: direction > 0 ? 'nothing behind this' : 'nothing before this' };
  return { ...state, view: goTo(column, page, block) };
}
