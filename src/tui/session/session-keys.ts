import type { Binding } from '../keys/key-map.ts';

/** What keys do in a session, but for those of the text that is written. */
export const sessionKeys = [
  { keys: ['ctrl-c'], action: 'stop', help: 'interrupt the agent; clear the line; twice: leave' },
  { keys: ['escape'], action: 'back', help: 'interrupt the agent; twice: back to an earlier message' },
  { keys: ['ctrl-d'], action: 'end', help: 'leave, with nothing typed' },
  { keys: ['ctrl-t', 'page-up'], action: 'transcript', help: 'the whole transcript' },
  { keys: ['ctrl-l'], action: 'redraw', help: 'draw the screen anew' },
] as const satisfies readonly Binding<string>[];

/** What keys do while something is offered for what is typed. */
export const completionKeys = [
  { keys: ['up', 'ctrl-p'], action: 'up', help: null },
  { keys: ['down', 'ctrl-n'], action: 'down', help: null },
  { keys: ['tab'], action: 'complete', help: 'complete a command or a file' },
  { keys: ['enter'], action: 'take', help: null },
  { keys: ['escape'], action: 'close', help: null },
] as const satisfies readonly Binding<string>[];

/** What keys do while the agent asks. There is none that goes without reading. */
export const approvalKeys = [
  { keys: ['y', 'Y'], action: 'approve', help: 'yes' },
  { keys: ['n', 'N'], action: 'decline', help: 'no' },
  { keys: ['a', 'A', 'ctrl-c'], action: 'abort', help: 'abort' },
  { keys: ['s', 'S'], action: 'show', help: 'show all' },
] as const satisfies readonly Binding<string>[];
