/** A line of the log of a home's seals. Schema: `schemas/seal-log-entry.schema.json`. */
export type SealLogEntry = SealEntry | FateEntry | HoldEntry | JournalNote | BeginEntry;

/** A rollout was sealed, as far as `size`. */
export interface SealEntry extends EntryHead {
  event: 'created' | 'extended' | 'signed';
  rollout_id: string;
  thread_id: string;
  /** Lines under the seal. */
  size: number;
  /** In base64. */
  root: string;
  /** Fingerprint of the key; null where it is not signed. */
  key: string | null;
}

/** What became of a sealed rollout. `removed`: it was gone, and nothing told why. */
export interface FateEntry extends EntryHead {
  event: 'trashed' | 'purged' | 'restored' | 'removed';
  rollout_id: string;
  thread_id: string;
  /** The transaction of the journal; null where none tells. */
  tx: string | null;
  /** The line of the journal, by its `seq`. */
  journal_seq: number | null;
  /** Of the receipt of a `purged` one, in hex; null where there is none. */
  receipt_sha256?: string | null;
}

/** A hold was made or given up. */
export interface HoldEntry extends EntryHead {
  event: 'held' | 'released';
  tx: string;
  journal_seq: number;
}

/** The journal had this line, and so all before it: each has the checksum of the one before. */
export interface JournalNote extends EntryHead {
  event: 'journal';
  /** Its `seq`. */
  journal_seq: number;
  /** Of the line with its LF, in hex. */
  journal_sha256: string;
}

/** A human had the log begun anew. Only the first line is one. */
export interface BeginEntry extends EntryHead {
  event: 'began';
  /** Origin of the log that was there; null where none could be read. */
  previous_log: string | null;
  /** Lines of it that were signed. */
  previous_size: number | null;
}

interface EntryHead {
  schema: 'sessions.seal-log-entry/1';
  /** RFC 3339 UTC. */
  at: string;
}
