import type { Clock } from '../../base/io.ts';
import type { Finding } from '../../model/finding.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import { createLiveProbe } from '../../store/live.ts';
import { openRollout, type RolloutFile } from '../../store/rollout-file.ts';
import type { Catalog } from '../catalog.ts';
import type { Problem } from '../problem.ts';
import type { TrashTx } from '../trash/open-trash.ts';
import { checkFile } from '../validate/check-file.ts';
import { Lineage } from '../validate/lineage.ts';
import { type Subject, subjectOf } from '../validate/subject.ts';
import { type Checked, gatherLeft } from './check-result.ts';
import { findEdits } from './edits.ts';
import type { KnownBases } from './known-bases.ts';
import { expectRepairable } from './may-repair.ts';
import { type PreparedRepair, prepareRepair } from './prepare-repair.ts';
import { rehearse } from './rehearse.ts';
import { type EditRow, EditRows, type FileRow, type LeftRow, type RepairRow, rowHead } from './repair-row.ts';
import { replaceFile } from './replace-file.ts';
import { type RepairTally, tallyWhole } from './write-repaired.ts';

export interface RepairContext {
  clock: Clock;
  signal: AbortSignal;
  /** Version of this program. */
  version: string;
  /** Folder for a session that names none. */
  fallbackCwd: string;
  /** Where originals go; null to change nothing. */
  trash: TrashTx | null;
  /** The same one for all files of a run. */
  bases: KnownBases;
  report(problem: Problem): void;
  /** Told how many bytes of a file were gone through. */
  onProgress(bytes: number): void;
}

/** What was done, or would be. */
export interface RepairOutcome {
  tally: RepairTally;
  checked: Checked;
  tx: string | null;
  /** Absolute path. */
  quarantine: string | null;
}

/**
 * Repairs a file of a home: a new one is written, checked, and put in the place of the original, which goes to the trash with a
 * quarantine of what is not in the new one. Nothing is held in memory but a line.
 *
 * @returns the rows of the report, the file's own behind the others; they come when all is done
 * @throws Failure `refused` when it may not be changed; `busy`; `trouble`
 */
export async function* repairFile(
  catalog: Catalog,
  entry: RolloutEntry,
  context: RepairContext,
): AsyncGenerator<RepairRow> {
  const { home } = catalog;
  const { signal } = context;
  const now = context.clock.now();
  const subject = subjectOf(entry, { lineage: new Lineage(async () => catalog), isLive: createLiveProbe(home) });
  const rollout = await openRollout(entry.path);
  try {
    const { version, fallbackCwd } = context;
    const prepared = await prepareRepair(rollout, { home, version, fallbackCwd, now, signal });
    if (!prepared) {
      yield* rowsOfNothing(rollout, subject, now, context);
      return;
    }
    const recheck = await expectRepairable(catalog, entry, prepared, context);
    const outcome = context.trash
      ? await replaceFile({ home, entry, subject, prepared, recheck, trash: context.trash }, context)
      : await rehearse(prepared, subject, now, signal);
    yield* rowsOf(prepared, subject, outcome);
  } finally {
    await rollout.close();
  }
}

async function* rowsOfNothing(
  rollout: RolloutFile,
  subject: Subject,
  now: number,
  { signal, onProgress }: RepairContext,
): AsyncGenerator<RepairRow> {
  const checked = gatherLeft();
  for await (const finding of checkFile(subject, { now, signal, onProgress })) checked.add(finding);
  yield* leftRows(subject, checked);
  const tally = await tallyWhole(rollout);
  yield fileRow(subject, checked.count > 0 ? 'left' : 'nothing', { tally, checked, tx: null, quarantine: null });
}

async function* rowsOf(prepared: PreparedRepair, subject: Subject, outcome: RepairOutcome): AsyncGenerator<RepairRow> {
  const head = rowHead(subject.threadId, subject.path);
  let edits = prepared.fileEdits.length;
  for (const { rule, action, message } of prepared.fileEdits) {
    const place = { line: null, count: 1, offset: null, bytes_quarantined: 0, bytes_added: 0 };
    yield { ...head, kind: 'edit', rule, action, ...place, message };
  }
  const rows = new EditRows(head);
  const counted = function* (some: EditRow[]) {
    for (const row of some) edits += row.count;
    yield* some;
  };
  if (prepared.storedEnd === null) {
    // The original is still open, wherever it lies now: its edits are found once more instead of being held.
    for await (const edit of findEdits(prepared.rollout, prepared.plan)) yield* counted(rows.take(edit));
    yield* counted(rows.end());
  }
  yield* leftRows(subject, outcome.checked);
  yield {
    ...fileRow(subject, outcome.tx === null ? 'would-repair' : 'repaired', outcome),
    ...{ new_path: prepared.newPath, edits, stored_bytes_quarantined: prepared.storedTail?.length ?? 0 },
  };
}

function* leftRows({ threadId, path }: Subject, { left }: Checked): Generator<LeftRow> {
  for (const { rule, severity, line, offset, message } of left as Finding[]) {
    yield { ...rowHead(threadId, path), kind: 'left', rule, severity, line, offset, message };
  }
}

function fileRow({ threadId, path }: Subject, result: FileRow['result'], outcome: RepairOutcome): FileRow {
  const { tally, checked, tx, quarantine } = outcome;
  return {
    ...rowHead(threadId, path),
    ...{ kind: 'file', result, new_path: null, tx, quarantine, edits: 0, left: checked.count },
    ...{ bytes_in: tally.in, bytes_kept: tally.kept, bytes_quarantined: tally.quarantined, bytes_added: tally.added },
    ...{ bytes_out: tally.kept + tally.added, stored_bytes_quarantined: 0 },
  };
}
