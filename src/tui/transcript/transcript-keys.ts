import type { Binding } from '../keys/key-map.ts';

/** What keys do in a transcript. */
export const transcriptKeys = [
  { keys: ['?', 'f1', 'h'], action: 'help', help: 'all keys' },
  { keys: ['q', 'escape', 'ctrl-c', 'ctrl-t'], action: 'leave', help: 'back' },
  { keys: ['/'], action: 'search', help: 'search; a capital makes case count' },
  { keys: ['n'], action: 'next-hit', help: 'next hit' },
  { keys: ['N', 'p'], action: 'previous-hit', help: 'hit before' },
  { keys: [']', 'right'], action: 'next-turn', help: 'next turn' },
  { keys: ['[', 'left'], action: 'previous-turn', help: 'turn before' },
  { keys: ['}'], action: 'next-user', help: 'next message of the user' },
  { keys: ['{'], action: 'previous-user', help: 'message of the user before' },
  { keys: ['enter', 'o'], action: 'fold', help: 'show all of the marked part, or less' },
  { keys: ['O'], action: 'fold-all', help: 'show all of everything, or less' },
  { keys: ['d'], action: 'diff', help: 'its diff alone' },
  { keys: ['y'], action: 'copy', help: 'copy it' },
  { keys: ['tab', 'J'], action: 'choose-next', help: 'mark the next part' },
  { keys: ['shift-tab', 'K'], action: 'choose-previous', help: 'mark the part before' },
  { keys: ['down', 'j', 'ctrl-n', 'ctrl-e'], action: 'down', help: 'a row down' },
  { keys: ['up', 'k', 'ctrl-p', 'ctrl-y'], action: 'up', help: 'a row up' },
  { keys: ['page-down', ' ', 'f', 'ctrl-f'], action: 'page-down', help: 'a page down' },
  { keys: ['page-up', 'b', 'ctrl-b'], action: 'page-up', help: 'a page up' },
  { keys: ['ctrl-d', 'D'], action: 'half-down', help: null },
  { keys: ['ctrl-u', 'U'], action: 'half-up', help: null },
  { keys: ['g', 'home'], action: 'begin', help: 'to the beginning' },
  { keys: ['G', 'end'], action: 'end', help: 'to the end, and stay there' },
  { keys: ['T'], action: 'times', help: 'times' },
  { keys: ['ctrl-l'], action: 'redraw', help: 'draw again' },
] as const satisfies readonly Binding<string>[];

export type TranscriptAct = (typeof transcriptKeys)[number]['action'];

/** Those that are named below a transcript, as far as there is room. */
export const namedFirst: readonly TranscriptAct[] = [
  ...(['leave', 'help', 'search', 'fold', 'next-turn', 'next-user', 'diff', 'copy'] as const),
];
