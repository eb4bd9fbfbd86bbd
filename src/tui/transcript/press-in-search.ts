import { oneLine } from '../../base/safe-text.ts';
import { type Key, nameOf } from '../keys/key.ts';
import { needleOf } from './hits.ts';
import type { Pressed } from './transcript-effect.ts';
import type { TranscriptState } from './transcript-state.ts';

/** Begins a line to type in; hits are shown from what is marked now on. */
export function openSearch(state: TranscriptState): TranscriptState {
  const { view, fold, only, search } = state;
  return { ...state, typed: '', before: { view, fold, only, search } };
}

/** What a key does while one types what to search for. The view is to be settled afterwards. */
export function pressInSearch(state: TranscriptState, typed: string, key: Key): Pressed {
  if (key.name === 'text' || key.name === 'paste') {
    return typedTo(state, (typed + oneLine(key.text)).slice(0, longestSearch));
  }
  switch (nameOf(key)) {
    case 'enter':
      return entered(state, typed);
    case 'escape':
    case 'ctrl-c':
      return left(state);
    case 'backspace':
    case 'ctrl-h':
      return typed === '' ? left(state) : typedTo(state, [...typed].slice(0, -1).join(''));
    case 'ctrl-w':
    case 'alt-backspace':
      return typedTo(state, typed.trimEnd().replace(/\S+$/, ''));
    case 'ctrl-u':
      return typedTo(state, '');
    default:
      return [state];
  }
}

function typedTo(state: TranscriptState, typed: string): Pressed {
  if (typed === state.typed) return [state];
  const needle = needleOf(typed);
  if (!needle)
    return [
      { ...state, ...state.before, target: null, typed },
      { kind: 'search', needle, isTyped: true },
    ];
  const search = { needle, hits: null, at: 0 };
  return [
    { ...state, typed, target: null, search },
    { kind: 'search', needle, isTyped: true },
  ];
}

function entered(state: TranscriptState, typed: string): Pressed {
  const next = { ...state, typed: null, before: null, notice: null };
  if (typed === '') return [{ ...next, search: null }, nothingMore];
  const { search } = state;
  if (!search) return [next];
  if (!search.hits) return [next, { kind: 'search', needle: search.needle, isTyped: false }];
  return [search.hits.total > 0 ? next : { ...next, notice: `not found: ${search.needle.text}` }];
}

/** Everything is as it was. */
function left(state: TranscriptState): Pressed {
  return [{ ...state, ...state.before, target: null, typed: null, before: null }, nothingMore];
}

const nothingMore = { kind: 'search', needle: null, isTyped: false } as const;
const longestSearch = 200;
