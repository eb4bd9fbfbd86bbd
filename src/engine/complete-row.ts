import { formatTime } from '../base/time.ts';
import type { StoredRow } from '../index/thread-table.ts';
import type { ThreadRow } from '../model/thread-row.ts';

/** The row as printed: with what is not in the thread's own files, or changes by itself. Keys in the published order. */
export function completeRow(row: StoredRow, ageMs: number | null, context: RowContext): ThreadRow {
  const { schema, thread_id, first_message, cwd, git_branch, git_sha, model, model_provider, source, ...rest } = row;
  const {
    created_at,
    updated_at,
    tokens_used,
    turns,
    tool_calls,
    archived,
    dialect,
    forked_from_id,
    parent_thread_id,
    path,
    size_bytes,
    damage,
  } = rest;
  return {
    schema,
    thread_id,
    name: context.names.get(thread_id) ?? null,
    first_message,
    cwd,
    git_branch,
    git_sha,
    model,
    model_provider,
    source,
    created_at,
    updated_at,
    age_at: ageMs === null || ageMs > context.now ? null : formatTime(ageMs),
    tokens_used,
    turns,
    tool_calls,
    archived,
    live: context.isLive(thread_id),
    dialect,
    forked_from_id,
    parent_thread_id,
    path,
    size_bytes,
    damage,
  };
}

export interface RowContext {
  names: { get(threadId: string): string | undefined };
  isLive(threadId: string): boolean | null;
  now: number;
}
