import type { Actor } from '../base/actor.ts';
import type { FileIdentity, HashedFile } from './file-identity.ts';

/** Why a command moves files: what `prune` removes, what another command puts something else in place of. */
export type TxKind = 'prune' | 'compress' | 'decompress' | 'repair' | 'redact' | 'restore';

/** A line of the journal. Schema: `schemas/journal-entry.schema.json`. */
export type JournalEntry = JournalHead & JournalEvent;

interface JournalHead {
  schema: 'sessions.journal-entry/1';
  /** From 0, one more each. */
  seq: number;
  /** SHA-256 of the line before with its LF, in hex; 64 zeros in the first. */
  prev: string;
  /** RFC 3339 UTC. */
  at: string;
  actor: Actor;
}

/** What happened. An action has an intent before it and another entry when it is done or undone. */
export type JournalEvent =
  | TrashIntent
  | { event: 'trashed' | 'trash-undone'; tx: string; thread_id: string; files: HashedFile[] }
  | RestoreIntent
  | { event: 'restored' | 'restore-undone'; tx: string; thread_id: string; from_tx: string; files: HashedFile[] }
  | PurgeIntent
  | { event: 'purged' | 'purge-undone'; tx: string; thread_id: string; from_tx: string; files: PurgedFile[] }
  | ReplaceIntent
  | { event: 'replaced' | 'replace-undone'; tx: string; thread_id: string }
  | PurgeDone
  /** Another attempt to remove what a purge has left of these threads has succeeded; `purge-done` follows. */
  | { event: 'purge-again'; tx: string; from_tx: string; rule: string; threads: string[] }
  | { event: 'hold-add' | 'hold-noted' | 'hold-release'; tx: string; [key: string]: unknown };

export interface TrashIntent {
  event: 'trash-intent';
  tx: string;
  kind: TxKind;
  thread_id: string;
  /** The policy as it was given. */
  rule: string;
  files: HashedFile[];
}

export interface RestoreIntent {
  event: 'restore-intent';
  tx: string;
  thread_id: string;
  /** The transaction whose trash the files lie in. */
  from_tx: string;
  files: HashedFile[];
}

export interface PurgeIntent {
  event: 'purge-intent';
  tx: string;
  kind: TxKind;
  thread_id: string;
  from_tx: string;
  /** By which it went to the trash. */
  rule: string;
  /** By which it is purged. */
  purge_rule: string;
  trashed_at: string;
  /** Of the first and the last record; null where none tells. */
  first_at: string | null;
  last_at: string | null;
  files: PurgedFile[];
  quarantine: FileIdentity | null;
}

/** A file as it lies in the trash; `path` is where it was in the home. */
export interface PurgedFile extends FileIdentity {
  /** As it was recorded when it was moved; null where nothing tells. */
  sha256: string | null;
  /** Of what a compressed file holds; null for one that holds its bytes as they are, or that cannot be decompressed. */
  content_sha256: string | null;
}

export interface PurgeDone {
  event: 'purge-done';
  tx: string;
  /** The purge that it completes. */
  from_tx?: string;
  /** What it left, and whether that says that nothing else is left; null when nothing was purged after all. */
  receipt: { seq: number; sha256: string; clean: boolean } | null;
}

export interface ReplaceIntent {
  event: 'replace-intent';
  tx: string;
  kind: TxKind;
  thread_id: string;
  rule: string;
  /** What lies there now and goes to the trash. */
  from: HashedFile;
  /** What comes in its place; `path` is where it will lie. */
  to: HashedFile;
  /** Where that lies until then, relative to the home. */
  made_at: string;
  /** What was cut out, as it lies in the trash of this transaction; null when nothing was. */
  quarantine: FileIdentity | null;
}
