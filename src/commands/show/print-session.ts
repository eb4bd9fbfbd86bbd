import type { Io } from '../../base/io.ts';
import type { Report } from '../../engine/problem.ts';
import type { ThreadSource } from '../../engine/read-thread.ts';
import type { SessionResolver, Target } from '../../engine/resolve-session.ts';
import type { View } from '../../engine/show.ts';
import { eventLine } from '../../model/event-line.ts';
import type { Printer } from '../../ui/printer.ts';

export interface Showing {
  printer: Printer;
  report: Report;
  io: Io;
  /** In a transcript, everything in full. */
  showAll: boolean;
}

/** Prints sessions one after the other, in the form that the printer asks for. */
export function printSession(
  sessions: SessionResolver,
  view: View,
  showing: Showing,
): (target: Target) => Promise<void> {
  return async (target) => {
    const { followed, openTarget } = await import('../../engine/open-target.ts');
    const opened = await openTarget(sessions, target, showing.report);
    const source = view.follow ? followed(opened, showing.io.clock, showing.io.signal) : opened;
    if (showing.printer.mode === 'ids') await (source.threadId && showing.printer.id(source.threadId));
    else if (showing.printer.mode === 'human') await printTranscript(source, view, showing);
    else await printEvents(source, view, showing);
  };
}

async function printEvents(source: ThreadSource, view: View, { printer, report, io }: Showing): Promise<void> {
  const { showEvents } = await import('../../engine/show.ts');
  let isFirst = true;
  for await (const events of showEvents(source, view, report)) {
    // Following ends by itself, with what was still to be said.
    if (!view.follow) io.signal.throwIfAborted();
    for (const event of events) {
      const waiting = printer.line(eventLine(event, isFirst));
      if (waiting) await waiting;
      isFirst = false;
    }
    if (view.follow) await printer.flush();
  }
}

async function printTranscript(source: ThreadSource, view: View, showing: Showing): Promise<void> {
  const { printer, report, io, showAll } = showing;
  const { showEvents } = await import('../../engine/show.ts');
  const { createTranscript } = await import('../../ui/transcript/transcript.ts');
  const { colours, columns } = printer;
  const transcript = createTranscript({ colours, columns, effective: view.effective, showAll });
  for await (const events of showEvents(source, view, report)) {
    if (!view.follow) io.signal.throwIfAborted();
    for (const event of events) await printer.text(transcript.write(event));
    if (view.follow) await printer.flush();
  }
  await printer.text(transcript.end());
}
