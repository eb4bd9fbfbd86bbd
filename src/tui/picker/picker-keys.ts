import type { Binding } from '../keys/key-map.ts';

/** Those that one is told of below the list. */
export const hintKeys = [
  { keys: ['enter'], action: 'resume', help: 'resume' },
  // A question mark is searched for, once something else is.
  { keys: ['?'], action: 'keys', help: 'all keys' },
  { keys: ['f1'], action: 'keys', help: 'all keys' },
  { keys: ['tab'], action: 'sort', help: 'sort' },
  { keys: ['ctrl-a'], action: 'scope', help: 'all or here' },
  { keys: ['ctrl-x'], action: 'archived', help: 'archived' },
  { keys: ['ctrl-o'], action: 'others', help: 'exec, agents' },
  { keys: ['right', 'left', 'ctrl-v'], action: 'preview', help: 'preview' },
  { keys: ['ctrl-f'], action: 'fork', help: 'fork' },
  { keys: ['ctrl-r'], action: 'rename', help: 'rename' },
  { keys: ['ctrl-e'], action: 'archive', help: 'archive' },
  { keys: ['ctrl-d'], action: 'trash', help: 'trash' },
  { keys: ['alt-u', 'ctrl-_'], action: 'undo', help: 'undo' },
  { keys: ['escape', 'ctrl-c'], action: 'leave', help: 'leave' },
] as const satisfies readonly Binding<string>[];

/** What keys do in the list of sessions; everything else that is typed is searched for. */
export const pickerKeys = [
  ...hintKeys,
  { keys: ['up', 'ctrl-p'], action: 'up', help: 'up' },
  { keys: ['down', 'ctrl-n'], action: 'down', help: 'down' },
  { keys: ['page-up'], action: 'page-up', help: 'page up' },
  { keys: ['page-down'], action: 'page-down', help: 'page down' },
  { keys: ['home'], action: 'first', help: 'first' },
  { keys: ['end'], action: 'last', help: 'last' },
  { keys: ['backspace', 'ctrl-h'], action: 'delete-back', help: 'delete back' },
  { keys: ['ctrl-w', 'alt-backspace'], action: 'delete-word', help: 'delete a word' },
  { keys: ['ctrl-u'], action: 'clear', help: 'clear the search' },
] as const satisfies readonly Binding<string>[];

export type PickerAct = (typeof pickerKeys)[number]['action'];

/** When a session belongs to another directory. */
export const folderKeys = [
  { keys: ['s', 'enter'], action: 'session', help: 'there' },
  { keys: ['c'], action: 'current', help: 'here' },
  { keys: ['S', 'alt-s'], action: 'always-session', help: 'always there' },
  { keys: ['C', 'alt-c'], action: 'always-current', help: 'always here' },
  { keys: ['escape', 'ctrl-c'], action: 'back', help: 'back' },
] as const satisfies readonly Binding<string>[];

/** When that directory is not there any more. */
export const goneKeys = [
  { keys: ['c', 'enter'], action: 'current', help: 'go on here' },
  { keys: ['escape', 'ctrl-c'], action: 'back', help: 'back' },
] as const satisfies readonly Binding<string>[];

/** While all keys are shown; any other one leads back. */
export const readKeys = [
  { keys: ['up', 'ctrl-p', 'page-up'], action: 'up', help: 'up' },
  { keys: ['down', 'ctrl-n', 'page-down'], action: 'down', help: 'down' },
] as const satisfies readonly Binding<string>[];
