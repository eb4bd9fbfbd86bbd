/** One change to the bytes of a rollout. Edits of a file come in ascending order and do not overlap. */
export interface Edit {
  /** First byte that it is about, in the decompressed content of the original. */
  offset: number;
  /** Bytes that are taken out, and kept in quarantine. */
  length: number;
  /** What comes in their place. */
  added: string;
  /** Line of the original, 1-based. */
  line: number;
  rule: RepairRule;
  /** Why, in a sentence. Edits with `run` are reported with their neighbours of the same rule, under the first one's message. */
  message: string;
  run?: true;
}

/** What can be repaired, as the rules of `validate` that speak of it. */
export const repairRules = [
  'TORN-TAIL',
  'NO-EOL',
  'GLUED',
  'HOLE',
  'BAD-JSON',
  'BAD-UTF8',
  'NOT-OBJECT',
  'BOM',
  'NO-META',
  'SCHEMA',
  'ID-MISMATCH',
  'ORDINAL-MISSING',
  'ORDINAL-REUSE',
  'ORDINAL-BACK',
  'ORDINAL-GAP',
  'CALL-WITHOUT-RESULT',
  'WRONG-EXT',
  'ZSTD-TRUNCATED',
  'ZSTD-TRAILING',
] as const;

export type RepairRule = (typeof repairRules)[number];
