import type { Event } from '../../model/event.ts';
import type { Key } from '../keys/key.ts';

/** Shows a transcript little by little, while it is read. */
export interface Playing {
  /** Blocks that are shown by now. */
  readonly end: number;
  /** Where it is; in place of how far down one is. */
  status(): string[];
  /** Its keys, which come before those of the transcript. */
  readonly help: readonly KeyHelp[];
  /** What is named below the transcript. */
  foot(): readonly KeyHelp[];
  /** What came of a key; null for one that is not its own. */
  press(key: Key): PlayedKey | null;
  /** Hears how many blocks there are after each event; the event is null for what is said after the last. */
  onEvent(event: Event | null, blocks: number): void;
  /** All is read. */
  onRead(): void;
  /** @returns ends it */
  start(onChange: () => void): () => void;
}

export interface KeyHelp {
  key: string;
  help: string;
}

export interface PlayedKey {
  /** It is elsewhere now, which is what one wants to see. */
  isMoved?: boolean;
  notice?: string;
}
