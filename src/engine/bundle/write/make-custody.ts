import { describeActor } from '../../../base/actor.ts';
import { describeRuntime } from '../../../base/runtime.ts';
import { formatTime } from '../../../base/time.ts';
import type { Catalog } from '../../catalog.ts';
import type { Redactor } from '../../redact/redactor.ts';
import type { Custody, CustodyRollout } from '../custody.ts';
import { bagNames, journals } from '../names.ts';

/** What of a request the record tells. */
export interface CustodyRequest {
  threadIds: ReadonlySet<string>;
  redactor: Redactor | null;
  producer: { name: string };
  command: Custody['command'];
  time: { now: number; clock: Custody['clock'] };
}

/** What was packed. */
export interface CustodyParts {
  sessions: Custody['sessions'];
  rollouts: CustodyRollout[];
  failed: Custody['completeness']['failed'];
}

/** Says where a bundle comes from, and what is not in it. With `--redact`, it does not say who made it, nor where. */
export function makeCustody(
  { threadIds, redactor, producer, command, time }: CustodyRequest,
  catalog: Catalog,
  { sessions, rollouts, failed }: CustodyParts,
): Custody {
  const safe = (text: string) => (redactor ? redactor.text(text) : text);
  const { user, uid, host, version } = describeActor();
  const all = [...catalog.threadIds];
  return {
    schema: 'sessions.custody/1',
    ...{ made_at: formatTime(time.now) as string, clock: time.clock },
    utc_offset_minutes: 0 - new Date(time.now).getTimezoneOffset(),
    made_by: redactor ? { user: null, uid: null, host: null } : { user, uid, host },
    tool: { name: producer.name, version, runtime: describeRuntime() },
    command: { operands: command.operands.map(safe), options: command.options.map(safe) },
    home: safe(catalog.home.path),
    redacted: redactor !== null,
    ...{ sessions, rollouts },
    completeness: {
      home_sessions: all.length,
      exported_sessions: sessions.length,
      excluded_sessions: all.filter((id) => !threadIds.has(id)).length,
      hidden_files: catalog.hidden.length,
      failed: failed.map(({ thread_id, message }) => ({ thread_id, message: safe(message) })),
      unreadable: catalog.obstacles.map(({ rule, path, message }) => ({
        ...{ rule, path: safe(path), message: safe(message) },
      })),
      about_all: redactor ? [bagNames.sealLog] : [bagNames.sealLog, ...journals, ...removals],
      withheld: redactor ? [...journals, ...removals, bagNames.allowedSigners, 'made_by'] : [],
    },
  };
}

const removals = ['tombstones.jsonl', 'receipts'];
