import type { Io } from '../../base/io.ts';
import { escapeJsonForTerminal } from '../../base/safe-text.ts';
import { replayStateText } from '../../engine/reconstruct/replay-state.ts';
import { reconstructTarget } from '../../engine/reconstruct.ts';
import { openPrinter, type Printer } from '../../ui/printer.ts';
import type { Invocation } from '../command.ts';
import { readTurn } from '../frame/read-turn.ts';
import { printOptionsOf } from '../options.ts';
import type { Subjects } from './subjects.ts';

/** `replay --state`: one object for each session. */
export function printStates(invocation: Invocation, io: Io): (subjects: Subjects) => Promise<void> {
  const { options } = invocation;
  const at = readTurn(options.text('at'));
  const end = options.flag('null') ? '\0' : '\n';
  return async ({ sessions, targets, problems }) => {
    const printer = await openPrinter(io, printOptionsOf(invocation));
    try {
      for (const target of targets) {
        const history = await reconstructTarget(sessions, target, { at, report: problems.report });
        io.signal.throwIfAborted();
        if (printer.mode === 'ids') await printer.id(history.threadId);
        else await printJson(printer, replayStateText(history, at ?? null), end, io.stdout.isTTY);
      }
    } finally {
      await printer.close();
    }
  };
}

async function printJson(printer: Printer, pieces: Iterable<string>, end: string, isTTY: boolean): Promise<void> {
  for (const piece of pieces) await printer.text(isTTY ? escapeJsonForTerminal(piece) : piece);
  await printer.text(end);
}
