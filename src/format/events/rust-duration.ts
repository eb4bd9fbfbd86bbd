import type { JsonObject } from '../decode-line.ts';

/** Rust's `{secs, nanos}`, as Codex records durations, in whole milliseconds; null when it is something else. */
export function milliseconds({ secs, nanos }: JsonObject): number | null {
  // Numbers beyond 2^53 come as texts.
  const [seconds, rest] = [secs ?? 0, nanos ?? 0].map((part) => (typeof part === 'object' ? Number.NaN : Number(part)));
  const ms = Math.round((seconds as number) * 1000 + (rest as number) / 1e6);
  return Number.isFinite(ms) ? ms : null;
}
