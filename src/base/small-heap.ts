import { setFlagsFromString } from 'node:v8';

/**
 * Has garbage collected earlier than V8 would by itself, which lets the heap grow to several times of what is in use. For work that keeps
 * values just long enough to be taken for old ones, over and over.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--heap-growing-percent=30');
}

/**
 * Keeps the room for new values as large as it is: V8 gives 48 MiB to who keeps many values, though none of it is needed to keep
 * them. It counts for all threads, until one more is started: V8 sets it back then, so it is to be said over and over.
 */
export function keepNewSpace(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** Takes that back. */
export function letNewSpaceGrow(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
}
