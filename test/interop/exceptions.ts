/** Lines with ordinals that we call valid although the schema of Codex 0.169.0 does not accept them: all of them. */
export interface Exception {
  what: string;
  why: string;
  covers(line: unknown): boolean;
  example: unknown;
}

interface Parts {
  type?: unknown;
  payload?: { type?: unknown; history_mode?: unknown };
}

function payloadOf(line: unknown): NonNullable<Parts['payload']> {
  return (line as Parts | null)?.payload ?? {};
}

function event(type: string, fields: object): object {
  return { timestamp: '2026-02-03T10:00:00.000Z', ordinal: 4, type: 'event_msg', payload: { type, ...fields } };
}

export const exceptions: Exception[] = [
  {
    what: 'our own record of an approval',
    why: 'Codex records no decisions. It skips events that it does not know.',
    covers: (line) => payloadOf(line).type === 'sessions_approval',
    example: event('sessions_approval', { call_id: 'c', decision: 'approved', by: 'user', reason: null }),
  },
  {
    what: 'events that only older versions wrote',
    why: '0.120 and 0.128 recorded names in the rollout; 0.169 skips them.',
    covers: (line) => payloadOf(line).type === 'thread_name_updated',
    example: event('thread_name_updated', { thread_id: 't', thread_name: 'a name' }),
  },
  {
    what: 'items that only older versions wrote',
    why: '0.61 recorded snapshots of the work tree; 0.169 drops them.',
    covers: (line) => payloadOf(line).type === 'ghost_snapshot',
    example: {
      timestamp: '2026-02-03T10:00:00.000Z',
      ordinal: 4,
      type: 'response_item',
      payload: { type: 'ghost_snapshot', ghost_commit: {} },
    },
  },
  {
    what: 'a history mode of a later version',
    why: 'Codex refuses the whole session. For us a mode that we do not know is worth a note, like a record that we do not know.',
    covers: (line) => {
      const { history_mode: mode } = payloadOf(line);
      return (
        (line as Parts | null)?.type === 'session_meta' &&
        mode !== 'legacy' &&
        mode !== 'paginated' &&
        mode !== undefined
      );
    },
    example: {
      timestamp: '2026-02-03T10:00:00.000Z',
      ordinal: 0,
      type: 'session_meta',
      payload: {
        session_id: 't',
        id: 't',
        timestamp: '2026-02-03T10:00:00.000Z',
        cwd: '/',
        originator: 'codex_exec',
        cli_version: '0.200.0',
        history_mode: 'woven',
      },
    },
  },
];
