/**
 * Bounds of what is decoded. Past each of them the reader says so with a finding and goes on; `--raw` has none of
 * them but the zstd window.
 */
export interface Limits {
  /** Longest line that is parsed, in bytes without its LF. */
  lineBytes: number;
  /** Deepest nesting of objects and arrays in one record. */
  depth: number;
  /** Most values (members, elements and the containers that hold them) in one record: each takes far more memory than text. */
  values: number;
  /** Largest zstd window, as a power of two in bytes. The zstd tool and Codex refuse more than 27 as well. */
  zstdWindowLog: number;
}

export const defaultLimits: Limits = {
  lineBytes: 32 * 1024 * 1024,
  depth: 512,
  values: 250_000,
  zstdWindowLog: 27,
};
