import { Stopped } from '../../base/abort.ts';
import { worstExit } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { oneLine } from '../../base/safe-text.ts';
import { warn } from '../../base/warn.ts';
import type { Moved } from '../../engine/archiving.ts';
import { openPrinter, type Printer } from '../../ui/printer.ts';
import { startProgress } from '../../ui/progress.ts';
import type { Invocation } from '../command.ts';
import { reportFailure } from '../frame/report-failure.ts';
import { printOptionsOf } from '../options.ts';

/** Moves the sessions that were given into the archive, or out of it. One that cannot be moved does not keep the others. */
export async function moveSessions(archived: boolean, invocation: Invocation, io: Io): Promise<number> {
  const { openSessions } = await import('../../engine/resolve-session.ts');
  const { resolveOperands } = await import('../../engine/operands.ts');
  const { threadOf } = await import('../../engine/thread-of.ts');
  const { findSpawned } = await import('../../engine/spawned.ts');
  const { Archiving } = await import('../../engine/archiving.ts');
  const sessions = openSessions(io.env, io.cwd);
  const { targets, remove } = await resolveOperands(sessions, invocation.operands, io.stdin.read());
  remove();
  if (targets.length === 0) return 0;
  const catalog = await sessions.catalog();
  const threadIds = targets.map((target) => threadOf(catalog, target));

  const unreadable: { file: string; message: string }[] = [];
  const progress = startProgress(io);
  const spawned = await findSpawned(catalog, {
    signal: io.signal,
    onUnreadable: (file, message) => void unreadable.push({ file, message }),
    onProgress: (done, of) => progress.show(`looking for sub-agents: ${done} of ${of}`),
  }).finally(() => progress.stop());
  for (const { file, message } of unreadable) await warn(io, message, { file });

  const archiving = new Archiving(catalog, archived, { clock: io.clock, signal: io.signal, spawned });
  const printer = await openPrinter(io, { ...printOptionsOf(invocation), pager: false });
  const moved = new Set<string>();
  let exit = 0;
  try {
    for (const threadId of threadIds) {
      if (moved.has(threadId)) continue;
      try {
        for (const record of (await archiving.move(threadId)).all) {
          if (!moved.has(record.thread_id)) await print(record, printer);
          moved.add(record.thread_id);
        }
      } catch (error) {
        if (io.signal.reason instanceof Stopped) throw error;
        exit = worstExit(exit, await reportFailure(error, io, invocation.options.flag('json')));
      }
    }
  } finally {
    archiving.close();
    await printer.close();
  }
  return exit;
}

async function print(record: Moved, printer: Printer): Promise<void> {
  if (printer.mode === 'json') await printer.record(record);
  else if (printer.mode === 'ids') await printer.id(record.thread_id);
  else
    await printer.text(`${record.thread_id} ${record.archived ? 'archived' : 'unarchived'}: ${oneLine(record.path)}\n`);
}
