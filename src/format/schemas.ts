import type { Dialect } from '../model/thread-row.ts';
import { event, type KindNode } from './event-validator.generated.js';
import { judge, type Verdict } from './judge.ts';
import {
  bare,
  count,
  diff,
  envelope,
  error,
  finding,
  indexStatus,
  lineage,
  moved,
  named,
  paginated,
  replayState,
  schemaEntry,
  thread,
} from './validators.generated.js';

const dialects: Record<Dialect, KindNode> = { bare, envelope, paginated, event };

/**
 * Whether a decoded line is what its dialect allows (`rollout-line`). Costs one look-up for each tag and one compiled
 * function.
 *
 * @param value as `JSON.parse` gives it
 */
export function validateLine(dialect: Dialect, value: unknown): Verdict {
  return judge(dialects[dialect], value);
}

/** Whether a value is a row of `ls`. */
export function validateThread(value: unknown): Verdict {
  return judge(thread, value);
}

export function validateFinding(value: unknown): Verdict {
  return judge(finding, value);
}

/** Whether a value is the error object that `--json` puts on standard error. */
export function validateError(value: unknown): Verdict {
  return judge(error, value);
}

/** Whether a value is a row of `schema`. */
export function validateSchemaEntry(value: unknown): Verdict {
  return judge(schemaEntry, value);
}

/** Whether a value is what `archive` and `unarchive` print of a session. */
export function validateMoved(value: unknown): Verdict {
  return judge(moved, value);
}

/** Whether a value is what `name` prints of a session. */
export function validateNamed(value: unknown): Verdict {
  return judge(named, value);
}

/** Whether a value is what `--count` prints. */
export function validateCount(value: unknown): Verdict {
  return judge(count, value);
}

/** Whether a value is what `index status` prints. */
export function validateIndexStatus(value: unknown): Verdict {
  return judge(indexStatus, value);
}

/** Whether a value is what `replay --state` prints of a session. */
export function validateReplayState(value: unknown): Verdict {
  return judge(replayState, value);
}

/** Whether a value is what `diff` prints. */
export function validateDiff(value: unknown): Verdict {
  return judge(diff, value);
}

/** Whether a value is a row of `show --lineage`. */
export function validateLineage(value: unknown): Verdict {
  return judge(lineage, value);
}
