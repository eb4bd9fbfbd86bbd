import { v7 } from 'uuid';

/**
 * A new id of a thread or a turn: a UUID of version 7, as Codex makes them since 0.45.
 *
 * @param now milliseconds since the epoch
 */
export function newId(now: number): string {
  return v7({ msecs: now });
}
