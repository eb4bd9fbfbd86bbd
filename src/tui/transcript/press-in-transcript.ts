import { type Key, singly } from '../keys/key.ts';
import { actionOf } from '../keys/key-map.ts';
import type { BlockKind } from './blocks.ts';
import type { KeyHelp } from './playing.ts';
import { openSearch, pressInSearch } from './press-in-search.ts';
import type { Pressed } from './transcript-effect.ts';
import { nextHelpPage } from './transcript-help.ts';
import { type TranscriptAct, transcriptKeys } from './transcript-keys.ts';
import {
  hitBy,
  isFull,
  jump,
  settle,
  type TranscriptColumn,
  type TranscriptState,
  toggled,
} from './transcript-state.ts';
import { atBegin, atEnd, chooseBy, goTo, relaid, scrollBy, type Viewport } from './viewport.ts';

export interface TranscriptContext {
  /** How a state is laid out. */
  columnOf(state: TranscriptState): TranscriptColumn;
  /** Of the screen. */
  columns: number;
  /** Rows of it that are seen. */
  page: number;
  /** More comes at any moment: whoever scrolls to the end does not mean the end. */
  isReading: boolean;
  kindAt(block: number): BlockKind;
  isCutAt(block: number): boolean;
  /** It stands right below the block before it and is about the same call. */
  joinsAt(block: number): boolean;
  /** Keys that come before those of the transcript. */
  help?: readonly KeyHelp[];
}

export function pressInTranscript(state: TranscriptState, key: Key, context: TranscriptContext): Pressed {
  if (state.typed !== null) {
    const [next, ...effects] = pressInSearch(state, state.typed, key);
    return [settle(next, context.columnOf(next), context.page), ...effects];
  }
  if (state.helpPage !== null) {
    const isLeft = actionOf(transcriptKeys, key) === 'leave';
    return [
      { ...state, helpPage: isLeft ? null : nextHelpPage(state.helpPage, context.columns, context.page, context.help) },
    ];
  }
  const keys = singly(key);
  if (keys.length > 1) {
    return keys.reduce<Pressed>(
      ([before, ...effects], single) => {
        const [after, ...more] = pressInTranscript(before, single, context);
        return [after, ...effects, ...more];
      },
      [state],
    );
  }
  const action = actionOf(transcriptKeys, key);
  if (action === null) return [state];
  const [next, ...effects] = act({ ...state, notice: null, target: null }, action, context);
  return [settle(next, context.columnOf(next), context.page), ...effects];
}

function act(state: TranscriptState, action: TranscriptAct, context: TranscriptContext): Pressed {
  const { only, view } = state;
  switch (action) {
    case 'leave':
      return only ? [{ ...state, only: null, view: only.back }] : [state, { kind: 'leave' }];
    case 'help':
      return [{ ...state, helpPage: 0 }];
    case 'search':
      return [openSearch(state)];
    case 'redraw':
      return [state, { kind: 'redraw' }];
    case 'times':
      return [relook(state, { ...state, withTimes: !state.withTimes }, context)];
    case 'next-hit':
      return [hitBy(state, 1, context.columnOf(state).limit)];
    case 'previous-hit':
      return [hitBy(state, -1, context.columnOf(state).limit)];
    default: {
      const column = context.columnOf(state);
      if (column.end === column.first) return [state];
      if (action === 'copy') return [state, { kind: 'copy', block: view.chosen }];
      return [move(state, action, column, context)];
    }
  }
}

type Move = Exclude<
  TranscriptAct,
  'leave' | 'help' | 'search' | 'redraw' | 'times' | 'next-hit' | 'previous-hit' | 'copy'
>;

function move(
  state: TranscriptState,
  action: Move,
  column: TranscriptColumn,
  context: TranscriptContext,
): TranscriptState {
  const { page, kindAt } = context;
  const scrolled = (by: number) => ({
    ...state,
    view: following(scrollBy(state.view, column, page, by), column, context),
  });
  const half = Math.max(1, Math.floor(page / 2));
  switch (action) {
    case 'down':
      return scrolled(1);
    case 'up':
      return scrolled(-1);
    case 'page-down':
      return scrolled(Math.max(1, page - 1));
    case 'page-up':
      return scrolled(-Math.max(1, page - 1));
    case 'half-down':
      return scrolled(half);
    case 'half-up':
      return scrolled(-half);
    case 'begin':
      return { ...state, view: atBegin(column) };
    case 'end':
      return { ...state, view: atEnd(column, page) };
    case 'choose-next':
      return { ...state, view: chooseBy(state.view, column, page, 1) };
    case 'choose-previous':
      return { ...state, view: chooseBy(state.view, column, page, -1) };
    case 'next-turn':
      return jump(state, column, page, 1, (block) => kindAt(block) === 'turn');
    case 'previous-turn':
      return jump(state, column, page, -1, (block) => kindAt(block) === 'turn');
    case 'next-user':
      return jump(state, column, page, 1, (block) => kindAt(block) === 'user');
    case 'previous-user':
      return jump(state, column, page, -1, (block) => kindAt(block) === 'user');
    case 'fold':
      return foldChosen(state, column, context);
    case 'fold-all':
      return foldAll(state, context);
    case 'diff':
      return openDiff(state, column, context);
  }
}

/** Who scrolls down to the end of a session that grows wants to see what comes. */
function following(view: Viewport, column: TranscriptColumn, { page, isReading }: TranscriptContext): Viewport {
  const end = atEnd(column, page);
  const isAtEnd = view.top.block === end.top.block && view.top.row === end.top.row && view.chosen === end.chosen;
  return { ...view, isFollowing: isAtEnd && !isReading };
}

function foldChosen(state: TranscriptState, column: TranscriptColumn, context: TranscriptContext): TranscriptState {
  const { chosen } = state.view;
  const cut = groupOf(chosen, column, context).filter(context.isCutAt);
  if (state.only || cut.length === 0) return { ...state, notice: 'all of it is shown' };
  const wasFull = isFull(state, cut.includes(chosen) ? chosen : (cut[0] as number));
  const changing = cut.filter((block) => isFull(state, block) === wasFull);
  const next = { ...state, fold: toggled(state.fold, changing) };
  // What is below stays in sight when much above it goes away.
  const isAbove = state.view.top.block === chosen && wasFull;
  return isAbove ? { ...next, view: goTo(context.columnOf(next), context.page, chosen) } : unfollowed(next);
}

function foldAll(state: TranscriptState, context: TranscriptContext): TranscriptState {
  if (state.only) return state;
  const next = { ...state, fold: { isFull: !state.fold.isFull, others: new Set<number>() } };
  const { chosen, top } = state.view;
  const column = context.columnOf(next);
  return top.block === chosen ? { ...next, view: goTo(column, context.page, chosen) } : unfollowed(next);
}

function unfollowed(state: TranscriptState): TranscriptState {
  return { ...state, view: { ...state.view, isFollowing: false } };
}

function openDiff(state: TranscriptState, column: TranscriptColumn, context: TranscriptContext): TranscriptState {
  if (state.only) return state;
  const diffs = groupOf(state.view.chosen, column, context).filter((block) => context.kindAt(block) === 'diff');
  const first = diffs[0];
  if (first === undefined) return { ...state, notice: 'no diff here' };
  const only = { first, end: (diffs.at(-1) as number) + 1, back: state.view };
  const next = { ...state, only };
  return { ...next, view: atBegin(context.columnOf(next)) };
}

/** A call with what came of it. */
function groupOf(chosen: number, { first, end }: TranscriptColumn, { joinsAt }: TranscriptContext): number[] {
  let from = chosen;
  while (from > first && joinsAt(from)) from--;
  const group = [from];
  while (group.length < mostInGroup && from + group.length < end && joinsAt(from + group.length))
    group.push(from + group.length);
  return group;
}

const mostInGroup = 1000;

/** Another look of the same place. */
function relook(before: TranscriptState, after: TranscriptState, context: TranscriptContext): TranscriptState {
  const view = relaid(before.view, context.columnOf(before), context.columnOf(after), context.page);
  return { ...after, view };
}
