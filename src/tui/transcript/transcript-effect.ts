import type { Needle } from './hits.ts';
import type { TranscriptState } from './transcript-state.ts';

/** What is to be done outside of the transcript. */
export type TranscriptEffect =
  /** Null for nothing more. While it is typed, it may become another one at any moment. */
  | { kind: 'search'; needle: Needle | null; isTyped: boolean }
  | { kind: 'copy'; block: number }
  | { kind: 'redraw' }
  | { kind: 'leave' };

export type Pressed = [state: TranscriptState, ...effects: TranscriptEffect[]];
