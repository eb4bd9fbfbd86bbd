/** One thing that `validate` has to say about a file. Schema: `schemas/finding.schema.json`. */
export interface Finding {
  schema: 'sessions.finding/1';
  /** Upper-case name of the rule, such as `TORN-TAIL`; listed in `sessions help validate`. */
  rule: string;
  severity: Severity;
  thread_id: string | null;
  /** Path as the user can open it; null when the finding is about standard input. */
  file: string | null;
  /** 1-based line; null when the finding is about the whole file. */
  line: number | null;
  /** Byte offset of the line (or of the fault, where it is known) in the decompressed content. */
  offset: number | null;
  /** JSON pointer into the record; null when the finding is not about a value. */
  pointer: string | null;
  message: string;
}

/**
 * `error`: the record or the session is broken (exit 1). `partial`: something could not be read, or was over a limit
 * (exit 3). `note`: worth knowing, nothing is wrong (exit 0).
 */
export type Severity = 'error' | 'partial' | 'note';
