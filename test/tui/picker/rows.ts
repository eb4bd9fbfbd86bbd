import type { SessionRow } from '../../../src/model/live-session.ts';

/** A row of which the last digits of the id are the number, the later the larger. */
export function rowOf(number: number, more: Partial<SessionRow> = {}): SessionRow {
  const at = new Date(Date.UTC(2026, 0, 1) + number * 60_000).toISOString();
  return {
    ...{ thread_id: `01a20000-0000-7000-8000-${String(number).padStart(12, '0')}`, name: null, first_message: null },
    ...{
      cwd: null,
      git_branch: null,
      model: null,
      source: 'cli',
      created_at: at,
      updated_at: at,
      turns: 1,
      archived: false,
    },
    ...{ live: false, forked_from_id: null, parent_thread_id: null, damage: [] },
    ...more,
  };
}
