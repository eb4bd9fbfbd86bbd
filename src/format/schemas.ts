import type { Dialect } from '../model/thread-row.ts';
import { event, type KindNode } from './event-validator.generated.js';
import { judge, type Verdict } from './judge.ts';
import {
  bare,
  count,
  deletionCheck,
  deletionReceipt,
  diff,
  envelope,
  error,
  finding,
  hold,
  holdReport,
  holdRow,
  indexStatus,
  journalEntry,
  lineage,
  moved,
  named,
  paginated,
  prunePlan,
  pruneResult,
  redactionRules,
  replayState,
  restored,
  schemaEntry,
  thread,
  tombstone,
  trashManifest,
  trashRow,
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

/** Whether a value is a file of rules for redaction. */
export function validateRedactionRules(value: unknown): Verdict {
  return judge(redactionRules, value);
}

/** Whether a value is a line of `holds.jsonl`. */
export function validateHold(value: unknown): Verdict {
  return judge(hold, value);
}
/** Whether a value is a row of `hold ls`. */
export function validateHoldRow(value: unknown): Verdict {
  return judge(holdRow, value);
}
/** Whether a value is a row of `hold report`. */
export function validateHoldReport(value: unknown): Verdict {
  return judge(holdReport, value);
}
/** Whether a value is a record of `prune --dry-run`. */
export function validatePrunePlan(value: unknown): Verdict {
  return judge(prunePlan, value);
}
/** Whether a value is what `prune` prints of a session. */
export function validatePruneResult(value: unknown): Verdict {
  return judge(pruneResult, value);
}
/** Whether a value is what `prune --verify` prints of a layer. */
export function validateDeletionCheck(value: unknown): Verdict {
  return judge(deletionCheck, value);
}
/** Whether a value is a line of `journal.jsonl`. */
export function validateJournalEntry(value: unknown): Verdict {
  return judge(journalEntry, value);
}
/** Whether a value is the manifest of a transaction in the trash. */
export function validateTrashManifest(value: unknown): Verdict {
  return judge(trashManifest, value);
}
/** Whether a value is a row of `restore --list`. */
export function validateTrashRow(value: unknown): Verdict {
  return judge(trashRow, value);
}
/** Whether a value is what `restore` prints of a session. */
export function validateRestored(value: unknown): Verdict {
  return judge(restored, value);
}
/** Whether a value is a tombstone. */
export function validateTombstone(value: unknown): Verdict {
  return judge(tombstone, value);
}
/** Whether a value is a receipt of a purge. */
export function validateDeletionReceipt(value: unknown): Verdict {
  return judge(deletionReceipt, value);
}
