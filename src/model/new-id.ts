import { v7 } from 'uuid';

/**
 * A new id of a thread or a turn: a UUID of version 7, as Codex makes them since 0.45.
 *
 * @param now milliseconds since the epoch
 */
export function newId(now: number): string {
  return v7({ msecs: now });
}

/** When an id of version 7 was made, milliseconds since the epoch; NaN for any other. */
export function timeOfId(id: string): number {
  const match = /^([0-9a-f]{8})-([0-9a-f]{4})-7/.exec(id);
  return match ? Number.parseInt(`${match[1]}${match[2]}`, 16) : Number.NaN;
}
