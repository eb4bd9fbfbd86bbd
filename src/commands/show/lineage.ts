import { Failure, worstExit } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { openPrinter } from '../../ui/printer.ts';
import { startProgress } from '../../ui/progress.ts';
import type { Invocation } from '../command.ts';
import { createProblemLog } from '../frame/problem-log.ts';
import { printOptionsOf } from '../options.ts';

/** `show --lineage`: the families of sessions. */
export async function showLineage(invocation: Invocation, io: Io): Promise<number> {
  const { options } = invocation;
  for (const other of contentOptions) {
    if (options.has(other)) throw new Failure('usage', `--lineage shows no content: it does not go with --${other}`);
  }
  const { openSessions } = await import('../../engine/resolve-session.ts');
  const { resolveOperands } = await import('../../engine/operands.ts');
  const { threadOf } = await import('../../engine/thread-of.ts');
  const { readLineage } = await import('../../engine/lineage/read-lineage.ts');
  const { printLineage } = await import('./print-lineage.ts');
  const sessions = openSessions(io.env, io.cwd);
  const operands = await resolveOperands(sessions, invocation.operands, io.stdin.read());
  const problems = createProblemLog(io);
  const progress = startProgress(io);
  const printer = await openPrinter(io, printOptionsOf(invocation));
  try {
    const catalog = await sessions.catalog();
    const now = io.clock.now();
    const threadIds = new Set(operands.targets.map((target) => threadOf(catalog, target)));
    const [first] = threadIds;
    for (const threadId of threadIds) {
      if (printer.mode === 'human' && threadId !== first) await printer.text('\n');
      const relatives = await readLineage(catalog, threadId, {
        now,
        signal: io.signal,
        report: problems.report,
        onProgress: (done, of) => progress.show(`reading sessions: ${done} of ${of}`),
      });
      await progress.stop();
      io.signal.throwIfAborted();
      await printLineage(relatives, catalog.threadIds, printer, now);
    }
  } finally {
    await progress.stop();
    operands.remove();
    await printer.close();
  }
  await problems.print();
  return worstExit(problems.exit, 0);
}

/** What is said of content, of which a family shows none. */
const contentOptions = ['turn', 'type', 'msg-type', 'item-type', 'effective', 'all', 'follow', 'raw', 'force'];
