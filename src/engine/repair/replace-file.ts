import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { forgetProjection } from '../../index/codex-history-edit.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import { pathInHome } from '../../store/file-identity.ts';
import type { Home } from '../../store/home.ts';
import { unlinkIn } from '../../store/home-acts.ts';
import { openRollout, type RolloutFile } from '../../store/rollout-file.ts';
import type { TrashTx } from '../trash/open-trash.ts';
import type { Subject } from '../validate/subject.ts';
import { type Checked, checkResult } from './check-result.ts';
import type { PreparedRepair } from './prepare-repair.ts';
import type { RepairContext, RepairOutcome } from './repair-file.ts';
import { type WrittenRepair, writeRepaired } from './write-repaired.ts';

interface Replacing {
  home: Home;
  entry: RolloutEntry;
  subject: Subject;
  prepared: PreparedRepair;
  recheck(): Promise<void>;
  trash: TrashTx;
}

/** Writes the result, checks it, and puts it in the place of the original. After a failure the original is where it was. */
export async function replaceFile(replacing: Replacing, context: RepairContext): Promise<RepairOutcome> {
  const { home, entry, prepared, trash } = replacing;
  const written = await writeRepaired(home, prepared, context);
  try {
    const checked = await check(replacing, written, context);
    const done = await trash.replaceFile({
      threadId: entry.threadId,
      original: identify(home, prepared.rollout),
      made: written.made,
      target: pathInHome(home, prepared.newPath),
      ...(written.quarantine !== null && { quarantine: written.quarantine }),
      check: async () => {
        await replacing.recheck();
        if (prepared.storedEnd === null) forget(home, entry, context);
      },
    });
    const quarantine = done.quarantine ? join(home.path, done.quarantine.path) : null;
    return { tally: written.tally, checked, tx: trash.id, quarantine };
  } finally {
    for (const temp of [written.made, written.quarantine]) if (temp !== null) unlinkIn(home, temp);
  }
}

async function check(
  { home, subject, prepared }: Replacing,
  { made }: WrittenRepair,
  { clock, signal }: RepairContext,
): Promise<Checked> {
  const result = await openRollout(join(home.path, made));
  try {
    return await checkResult(result, subject, prepared.newPath, { now: clock.now(), signal });
  } finally {
    await result.close();
  }
}

/** Before the file changes: rows that are missing are made anew, rows that are wrong stay. */
function forget(home: Home, { rolloutId, path }: RolloutEntry, { report }: RepairContext): void {
  try {
    forgetProjection(home.path, rolloutId);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'refused') throw error;
    const message = `Codex may show the session as it was: ${error.message}`;
    report({ rule: 'INDEX', weight: 'note', file: error.place.file ?? path, line: null, offset: null, message });
  }
}

function identify(home: Home, { path, identity }: RolloutFile) {
  const { dev, ino, size, mtimeNs } = identity;
  return { path: pathInHome(home, path), dev: String(dev), ino: String(ino), size, mtime_ns: String(mtimeNs) };
}
