import { actionOf, type Binding, helpOf } from '../keys/key-map.ts';
import type { KeyHelp } from '../transcript/playing.ts';

/** What keys do while a session is replayed, before those of the transcript are asked. */
export const replayKeys = [
  { keys: [' '], action: 'pause', help: 'pause, and go on' },
  { keys: ['.'], action: 'step', help: 'while paused: what comes next' },
  { keys: ['right'], action: 'next', help: 'the rest of the turn at once' },
  { keys: ['left'], action: 'back', help: 'the turn again; twice: the one before' },
  { keys: ['+', '='], action: 'faster', help: 'twice as fast' },
  { keys: ['-', '_'], action: 'slower', help: 'half as fast' },
  { keys: ['ctrl-c'], action: 'interrupt', help: null },
] as const satisfies readonly Binding<string>[];

export type ReplayAct = (typeof replayKeys)[number]['action'];

export const replayActOf = (key: Parameters<typeof actionOf>[1]): ReplayAct | null => actionOf(replayKeys, key);

export const replayHelp = helpOf(replayKeys).map(({ key, help }) => ({ key: key === ' ' ? 'Space' : key, help }));

export function replayFoot({ isPaused, isOver }: { isPaused: boolean; isOver: boolean }): KeyHelp[] {
  return [
    ...(isOver ? [] : [{ key: 'Space', help: isPaused ? 'go on' : 'pause' }]),
    ...(isPaused && !isOver ? [{ key: '.', help: 'step' }] : []),
    ...others,
  ];
}

const others: readonly KeyHelp[] = [
  { key: 'q', help: 'leave' },
  { key: '?', help: 'keys' },
  { key: '← →', help: 'by turn' },
  { key: '+ -', help: 'speed' },
  { key: '/', help: 'search' },
  { key: 'Enter', help: 'more or less' },
];
