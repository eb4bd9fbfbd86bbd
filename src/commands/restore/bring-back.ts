import { exitCodes, worstExit } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { oneLine } from '../../base/safe-text.ts';
import { warn } from '../../base/warn.ts';
import type { KeptReason, Restored } from '../../engine/trash/restored.ts';
import { openPrinter, type Printer } from '../../ui/printer.ts';
import { startProgress } from '../../ui/progress.ts';
import type { Invocation } from '../command.ts';
import { printOptionsOf } from '../options.ts';
import { explain } from './explain.ts';

/** `restore` of what is named, or of everything. */
export async function bringBack(invocation: Invocation, io: Io): Promise<number> {
  const { restoreSessions } = await import('../../engine/trash/restore-sessions.ts');
  const { homeOf } = await import('../../engine/listing/list-home.ts');
  const home = homeOf(io.env, io.cwd);
  const names = invocation.options.flag('all') ? 'all' : await readNames(invocation.operands, io);
  const printer = await openPrinter(io, { ...printOptionsOf(invocation), pager: false });
  const progress = startProgress(io);
  let exit = 0;
  let isNothing = true;
  try {
    await restoreSessions(home, names, {
      context: { clock: io.clock, signal: io.signal },
      onProgress: (done, of) => progress.show(`restoring: ${done} of ${of}`),
      onResult: async (result) => {
        isNothing = false;
        if (result.reason) exit = worstExit(exit, exits[result.reason.code]);
        await print(result, printer);
        for (const text of [result.reason && explain(result.reason), result.note]) {
          if (text) await warn(io, `session ${result.thread_id}: ${text}`);
        }
      },
    });
  } finally {
    progress.stop();
    await printer.close();
    // A purge that was killed has come to its end.
    await (await import('../seal/sign-receipts.ts')).signReceiptsLeft(home, io);
  }
  if (isNothing && !invocation.options.flag('quiet'))
    await io.stderr.write('sessions: nothing was to be brought back\n');
  return exit;
}

/** Rows and ids on standard input, where `-` says so. */
async function readNames(operands: readonly string[], io: Io): Promise<string[]> {
  if (!operands.includes('-')) return [...operands];
  const { readStdin } = await import('../../engine/stdin-input.ts');
  const { Failure } = await import('../../base/failure.ts');
  const input = await readStdin(io.stdin.read());
  if (input.kind === 'content') {
    input.remove();
    throw new Failure('usage', 'standard input holds the content of a session, and not ids');
  }
  return operands.flatMap((operand) => (operand === '-' ? input.sessions : [operand]));
}

async function print(result: Restored, printer: Printer): Promise<void> {
  if (printer.mode === 'json') await printer.record(result);
  else if (result.reason) return;
  else if (printer.mode === 'ids') await printer.id(result.thread_id);
  else await printer.text(`${result.thread_id} ${wordsOf(result)}: ${oneLine(result.path ?? '')}\n`);
}

function wordsOf({ result, because, needed_by }: Restored): string {
  if (result === 'present') return 'is there';
  if (because === 'history') return `restored, because the history of ${needed_by} goes through it`;
  if (because === 'spawned') return `restored with ${needed_by}, which has spawned it`;
  if (because === 'parent') return `restored with ${needed_by}, which it has spawned`;
  return 'restored';
}

const exits: { [code in KeptReason['code']]: number } = {
  damaged: exitCodes.findings,
  purged: exitCodes.findings,
  needs: exitCodes.refused,
  taken: exitCodes.refused,
  'replaced-since': exitCodes.refused,
  held: exitCodes.refused,
  referenced: exitCodes.refused,
  changed: exitCodes.busy,
  open: exitCodes.busy,
};
