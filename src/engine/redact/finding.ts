import type { Encoding, Severity } from './rules/rule.ts';

/** A secret in a session: where it is, and nothing of what it says. Schema: `schemas/secret-finding.schema.json`. */
export interface SecretFinding {
  schema: 'sessions.secret-finding/1';
  rule: string;
  severity: Severity;
  thread_id: string | null;
  /** Position of the event; null for a line that was read by itself. */
  seq: number | null;
  line: number | null;
  turn: number | null;
  /** JSON pointer to the string in the event or the line; null for a text that is no JSON. */
  pointer: string | null;
  /** For JSON in that string: pointers into it, and into JSON in there, and so on. */
  inner: string[];
  /** Where in the innermost string it begins, and its length, in UTF-16 units. */
  offset: number;
  length: number;
  encoding: Encoding[];
  /** The beginning that all of its kind have, and `…`. */
  preview: string;
  /** What stands in its place in an export. */
  mark: string;
  /** HMAC-SHA256 of the secret, keyed with the bytes of `salt`; both in hexadecimal. */
  hash: string;
  salt: string;
}

/** Where the text stands that is being looked through. */
export interface FindingPlace {
  threadId: string | null;
  seq: number | null;
  line: number | null;
  turn: number | null;
}

export const nowhere: FindingPlace = { threadId: null, seq: null, line: null, turn: null };
