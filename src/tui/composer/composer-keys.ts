import type { PromptInput } from '../../model/live-session.ts';
import type { Key } from '../keys/key.ts';
import { actionOf, type Binding } from '../keys/key-map.ts';
import {
  type Composer,
  cutTo,
  deleteBack,
  deleteForward,
  emptied,
  isEmpty,
  move,
  paste,
  promptOf,
  replace,
  targets,
  type as typeText,
  undo,
  walk,
  yank,
} from './composer-state.ts';
import { layOut, offsetAt } from './text-rows.ts';

/** What a key does to a text that is being written. */
export const composerKeys = [
  { keys: ['enter'], action: 'send', help: 'send' },
  { keys: ['alt-enter', 'ctrl-j', 'shift-enter'], action: 'new-line', help: 'a new line (or \\ before Enter)' },
  { keys: ['left', 'ctrl-b'], action: 'left', help: null },
  { keys: ['right', 'ctrl-f'], action: 'right', help: null },
  { keys: ['up'], action: 'up', help: 'the row above; in the first one, the prompt before' },
  { keys: ['down'], action: 'down', help: null },
  { keys: ['ctrl-left', 'alt-left', 'alt-b'], action: 'word-left', help: 'a word back' },
  { keys: ['ctrl-right', 'alt-right', 'alt-f'], action: 'word-right', help: 'a word on' },
  { keys: ['home', 'ctrl-a'], action: 'line-start', help: 'to the beginning of the line' },
  { keys: ['end', 'ctrl-e'], action: 'line-end', help: 'to the end of the line' },
  { keys: ['backspace', 'ctrl-h', 'shift-backspace'], action: 'delete-back', help: null },
  { keys: ['delete'], action: 'delete-forward', help: null },
  { keys: ['ctrl-w', 'alt-backspace', 'ctrl-backspace'], action: 'cut-word-left', help: 'cut the word before' },
  { keys: ['alt-d', 'ctrl-delete'], action: 'cut-word-right', help: 'cut the word behind' },
  { keys: ['ctrl-u'], action: 'cut-line-start', help: 'cut to the beginning of the line' },
  { keys: ['ctrl-k'], action: 'cut-line-end', help: 'cut to its end' },
  { keys: ['ctrl-y'], action: 'yank', help: 'put back what was cut' },
  { keys: ['ctrl-_', 'alt-z'], action: 'undo', help: 'undo' },
] as const satisfies readonly Binding<string>[];

export interface Pressed {
  composer: Composer;
  /** What is to be sent; null for nothing. */
  send: PromptInput | null;
  /** False for a key that means nothing here. */
  isHandled: boolean;
}

/**
 * @param width columns of a row
 * @param earlier prompts of before, the newest last
 */
export function pressInComposer(composer: Composer, key: Key, width: number, earlier: readonly string[]): Pressed {
  if (key.name === 'text') return now(typeText(composer, key.text));
  if (key.name === 'paste') return now(paste(composer, key.text));
  const action = actionOf(composerKeys, key);
  switch (action) {
    case null:
      return { composer, send: null, isHandled: false };
    case 'send':
      return send(composer);
    case 'new-line':
      return now(replace(composer, composer.cursor, composer.cursor, '\n'));
    case 'up':
      return now(vertical(composer, -1, width, earlier));
    case 'down':
      return now(vertical(composer, 1, width, earlier));
    case 'delete-back':
      return now(deleteBack(composer));
    case 'delete-forward':
      return now(deleteForward(composer));
    case 'yank':
      return now(yank(composer));
    case 'undo':
      return now(undo(composer));
    case 'cut-word-left':
    case 'cut-word-right':
    case 'cut-line-start':
    case 'cut-line-end':
      return now(cutTo(composer, targets[action.slice('cut-'.length) as keyof typeof targets](composer)));
    default:
      return now(move(composer, targets[action](composer)));
  }
}

function now(composer: Composer): Pressed {
  return { composer, send: null, isHandled: true };
}

function send(composer: Composer): Pressed {
  const { text, cursor } = composer;
  // As in a shell: the line goes on.
  if (text[cursor - 1] === '\\') return now(replace(composer, cursor - 1, cursor, '\n'));
  if (isEmpty(composer)) return now(composer.text === '' ? composer : emptied(composer));
  return { composer: emptied(composer), send: promptOf(composer), isHandled: true };
}

function vertical(composer: Composer, by: -1 | 1, width: number, earlier: readonly string[]): Composer {
  const { rows, row, column } = layOut(composer.text, composer.cursor, width);
  const wanted = composer.column ?? column;
  const target = offsetAt(composer.text, rows, row + by, wanted);
  if (target === null) return walk(composer, earlier, by);
  return { ...move(composer, target), column: wanted };
}
