import type { Content } from '../read-records.ts';
import type { Subject } from '../validate/subject.ts';
import { applyEdits } from './apply-edits.ts';
import { checkResult } from './check-result.ts';
import { findEdits } from './edits.ts';
import type { PreparedRepair } from './prepare-repair.ts';
import type { RepairOutcome } from './repair-file.ts';
import { addTo, type RepairTally, tallyWhole } from './write-repaired.ts';

/** The same as `replaceFile` without writing anything. */
export async function rehearse(
  prepared: PreparedRepair,
  subject: Subject,
  now: number,
  signal: AbortSignal,
): Promise<RepairOutcome> {
  let tally: RepairTally | null = null;
  const content: Content = {
    path: prepared.newPath,
    damage: null,
    async *blocks() {
      const counted: RepairTally = { in: 0, kept: 0, quarantined: 0, added: 0 };
      for await (const bytes of resultOf(prepared, counted)) yield bytes;
      tally = counted;
    },
    close: async () => {},
  };
  const checked = await checkResult(content, subject, prepared.newPath, { now, signal });
  return { tally: tally ?? (await tallyWhole(prepared.rollout)), checked, tx: null, quarantine: null };
}

async function* resultOf({ rollout, plan, storedEnd }: PreparedRepair, tally: RepairTally): AsyncGenerator<Buffer> {
  if (storedEnd !== null) {
    for await (const bytes of rollout.blocks()) {
      addTo(tally, { kind: 'kept', bytes });
      yield bytes;
    }
    return;
  }
  for await (const part of applyEdits(rollout.blocks(), findEdits(rollout, plan))) {
    addTo(tally, part);
    if (part.kind !== 'taken') yield part.bytes;
  }
}
