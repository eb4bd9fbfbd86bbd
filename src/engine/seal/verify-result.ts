/**
 * What `verify` prints of a rollout, of the log of the seals, of the journal, and of the receipts of purges. Schema:
 * `schemas/verify-result.schema.json`.
 */
export interface VerifyResult {
  schema: 'sessions.verify-result/1';
  subject: 'session' | 'log' | 'journal' | 'receipt';
  status: VerifyStatus;
  thread_id: string | null;
  rollout_id: string | null;
  /** Absolute; null where there is no file. */
  path: string | null;
  /** Lines under the seal; null where there is none. */
  sealed: number | null;
  /** Whole lines that are there; null where they were not read. */
  lines: number | null;
  /** Of what was sealed, in base64. */
  root: string | null;
  signer: Signatory | null;
  first_bad: BadLine | null;
  /** Lines that are not what was sealed, 1-based: the first hundred. Empty where that cannot be told. */
  bad_lines: number[];
  /** Of a session that was pruned, and of a receipt. */
  tx: string | null;
  message: string | null;
}

export type VerifyStatus = (typeof verifyStatuses)[number];

/** The ones in front of others win. */
export const verifyStatuses = [
  'UNREADABLE',
  'BAD-SIG',
  'UNKNOWN-KEY',
  'ROLLED-BACK',
  'MODIFIED',
  'MIGRATED',
  'TRUNCATED',
  'MISSING',
  'PRUNED',
  'UNSEALED',
  'REDACTED',
  'TAIL',
  'VERIFIED',
] as const;

/** A key, and who the list of allowed signers says that it belongs to; null where nobody is. */
export interface Signatory {
  key: string;
  principal: string | null;
}

/** 1-based line, and the byte where it begins in the decompressed content as it is now. */
export interface BadLine {
  line: number;
  offset: number;
}

/** A result with everything that is not said left open. */
export function resultOf(
  status: VerifyStatus,
  known: Partial<Omit<VerifyResult, 'schema' | 'status'>> & Pick<VerifyResult, 'subject'>,
): VerifyResult {
  return {
    ...{ schema: 'sessions.verify-result/1', subject: known.subject, status },
    ...{ thread_id: null, rollout_id: null, path: null, sealed: null, lines: null, root: null, signer: null },
    ...{ first_bad: null, bad_lines: [], tx: null, message: null },
    ...known,
  };
}
