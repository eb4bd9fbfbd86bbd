import type { JsonObject } from '../decode-line.ts';

/** Rust's `{secs, nanos}`, as Codex records durations, in whole milliseconds. */
export function milliseconds(duration: JsonObject): number {
  return Math.round(Number(duration.secs ?? 0) * 1000 + Number(duration.nanos ?? 0) / 1e6);
}
