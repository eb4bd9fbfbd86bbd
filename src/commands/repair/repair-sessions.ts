import { Stopped } from '../../base/abort.ts';
import { exitCodes, worstExit } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { packageVersion } from '../../base/package-files.ts';
import type { RepairSubject } from '../../engine/repair/find-subjects.ts';
import type { KnownBases } from '../../engine/repair/known-bases.ts';
import type { RepairContext } from '../../engine/repair/repair-file.ts';
import type { OpenStore } from '../../engine/trash/open-store.ts';
import type { TrashTx } from '../../engine/trash/open-trash.ts';
import { openPrinter } from '../../ui/printer.ts';
import { startProgress } from '../../ui/progress.ts';
import type { Invocation } from '../command.ts';
import { createProblemLog } from '../frame/problem-log.ts';
import { reportFailure } from '../frame/report-failure.ts';
import { printOptionsOf } from '../options.ts';
import { createRepairReport } from './print-repair.ts';

/** Repairs what was named. A file that cannot be repaired does not keep the others. */
export async function repairSessions(invocation: Invocation, io: Io): Promise<number> {
  const { openSessions } = await import('../../engine/resolve-session.ts');
  const { resolveOperands } = await import('../../engine/operands.ts');
  const { subjectsOf } = await import('../../engine/repair/find-subjects.ts');
  const isDry = invocation.options.flag('dry-run');
  const sessions = openSessions(io.env, io.cwd);
  const { targets, remove } = await resolveOperands(sessions, invocation.operands, io.stdin.read());
  remove();
  const subjects = await subjectsOf(sessions, targets);
  const homes = new Map(subjects.map(({ home }) => [home.path, home]));
  const printer = await openPrinter(io, { ...printOptionsOf(invocation), pager: false });
  const report = createRepairReport(printer, io);
  const problems = createProblemLog(io);
  let exit = 0;
  try {
    for (const path of homes.keys()) {
      const own = subjects.filter(({ home }) => home.path === path);
      exit = worstExit(exit, await repairIn(own, { invocation, io, isDry, report, problems }));
    }
  } finally {
    await report.close();
  }
  await problems.print();
  await report.end();
  return worstExit(exit, problems.exit);
}

interface Run {
  invocation: Invocation;
  io: Io;
  isDry: boolean;
  report: ReturnType<typeof createRepairReport>;
  problems: ReturnType<typeof createProblemLog>;
  /** Of all homes: paths are absolute. */
  bases?: KnownBases;
}

async function repairIn(subjects: RepairSubject[], run: Run): Promise<number> {
  const { io, isDry } = run;
  const { home } = subjects[0] as RepairSubject;
  const store = isDry ? null : await open(home, io);
  let trash: TrashTx | null = null;
  try {
    if (store) {
      const { openTrash } = await import('../../engine/trash/open-trash.ts');
      const context = { clock: io.clock, signal: io.signal };
      trash = openTrash(home, { kind: 'repair', rule: 'sessions repair', journal: store.journal, context });
    }
    let exit = 0;
    for (const [done, subject] of subjects.entries()) {
      exit = worstExit(exit, await repairOne(subject, trash, `repairing file ${done + 1} of ${subjects.length}`, run));
    }
    return exit;
  } finally {
    try {
      trash?.close();
    } finally {
      store?.close();
    }
  }
}

async function open(home: RepairSubject['home'], io: Io): Promise<OpenStore> {
  const { openStore } = await import('../../engine/trash/open-store.ts');
  return openStore(home, { clock: io.clock, signal: io.signal });
}

async function repairOne(
  { home, entry }: RepairSubject,
  trash: TrashTx | null,
  doing: string,
  run: Run,
): Promise<number> {
  const { invocation, io, report, problems } = run;
  const { repairFile } = await import('../../engine/repair/repair-file.ts');
  const { loadCatalog } = await import('../../engine/catalog.ts');
  const { KnownBases } = await import('../../engine/repair/known-bases.ts');
  run.bases ??= new KnownBases();
  const progress = startProgress(io);
  const context: RepairContext = {
    ...{ clock: io.clock, signal: io.signal, version: packageVersion(), fallbackCwd: io.cwd },
    ...{ trash, bases: run.bases, report: problems.report },
    onProgress: (bytes) =>
      progress.show(bytes < 10_000_000 ? doing : `${doing}, ${Math.floor(bytes / 1_000_000)} MB of it`),
  };
  let exit = 0;
  try {
    // Each time anew: a repair may have given a file another name.
    for await (const row of repairFile(await loadCatalog(home), entry, context)) {
      await progress.stop();
      if (row.kind === 'left') {
        exit = worstExit(exit, row.severity === 'partial' ? exitCodes.partial : exitCodes.findings);
      }
      await report.print(row);
    }
  } catch (error) {
    if (io.signal.reason instanceof Stopped) throw error;
    await progress.stop();
    exit = worstExit(exit, await reportFailure(error, io, invocation.options.flag('json')));
  } finally {
    await progress.stop();
  }
  return exit;
}
