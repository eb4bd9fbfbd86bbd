import { openStateDb } from '../../src/index/state-db.ts';
import type { RowKeys, StoredRow } from '../../src/index/thread-table.ts';
import { idOf, makeFolder } from '../builders.ts';

/** An index of its own, in a folder that is removed when the test file has run. */
export function makeDatabase() {
  const path = `${makeFolder()}/state.db`;
  return openStateDb(path, (reason) => {
    throw new Error(`a new index was moved aside: ${reason}`);
  });
}

export function storedRow(number: number, more: Partial<StoredRow> = {}): StoredRow {
  return {
    schema: 'sessions.thread/1',
    thread_id: idOf(number),
    first_message: null,
    cwd: null,
    git_branch: null,
    git_sha: null,
    model: null,
    model_provider: null,
    source: null,
    created_at: null,
    updated_at: null,
    tokens_used: null,
    turns: 0,
    tool_calls: 0,
    archived: false,
    dialect: null,
    forked_from_id: null,
    parent_thread_id: null,
    path: '/x',
    size_bytes: 0,
    damage: [],
    ...more,
  };
}

/** The times of a row, as they are derived from it. */
export function keysOf(row: StoredRow, ageMs: number | null = null): RowKeys {
  const msOf = (time: string | null) => (time === null ? null : Date.parse(time));
  return { createdMs: msOf(row.created_at), updatedMs: msOf(row.updated_at), ageMs };
}
