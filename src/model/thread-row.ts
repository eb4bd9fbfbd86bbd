/** One session as `ls` prints it: every key is always there, null where unknown. Schema: `schemas/thread.schema.json`. */
export interface ThreadRow {
  schema: 'sessions.thread/1';
  thread_id: string;
  name: string | null;
  /** The first thing the user typed, whole. */
  first_message: string | null;
  cwd: string | null;
  git_branch: string | null;
  git_sha: string | null;
  model: string | null;
  model_provider: string | null;
  /** `exec`, `cli`, `vscode`, …; for sub-agents `subagent:<kind>`. */
  source: string | null;
  /** RFC 3339 UTC. */
  created_at: string | null;
  /** Time of the last record, else the file's mtime. */
  updated_at: string | null;
  /** The later of `updated_at` and mtime; null when it lies in the future. */
  age_at: string | null;
  tokens_used: number | null;
  turns: number;
  tool_calls: number;
  archived: boolean;
  /** Whether a process has the session open; null when that cannot be known. */
  live: boolean | null;
  dialect: Dialect | null;
  forked_from_id: string | null;
  parent_thread_id: string | null;
  /** Absolute path of the current rollout. */
  path: string;
  size_bytes: number;
  /** Names of the rules that the file broke while it was read. */
  damage: string[];
}

/** A generation of the on-disk format. */
export type Dialect = 'bare' | 'envelope' | 'paginated' | 'event';
