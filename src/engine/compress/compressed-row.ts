/** What became of a session, or is to. Schema: `schemas/compressed.schema.json`. */
export interface Compressed {
  schema: 'sessions.compressed/1';
  thread_id: string;
  kind: CompressKind;
  /** `kept` for a session that stays as it is, for the reasons; `unchanged` for one with nothing to do. */
  result: 'done' | 'planned' | 'unchanged' | 'kept';
  reasons: KeptReason[];
  /** Absolute path of its current file, afterwards. */
  path: string;
  files: FileChange[];
  /** Of the files that are replaced, as stored. */
  size_before: number;
  /** Of those in their place; null as long as that is not known. */
  size_after: number | null;
  /** The transaction that `restore` takes back. */
  tx: string | null;
}

/** Codes are those of a plan to prune, and some more; see the schema. */
export interface KeptReason {
  code: string;
  detail?: string;
  by?: string[];
}

export type CompressKind = 'compress' | 'decompress';

/** One file in the place of another one. Paths are absolute. */
export interface FileChange {
  from: string;
  to: string;
  size_before: number;
  size_after: number | null;
}
