import type { Io } from '../../base/io.ts';
import { openRecording, type Recording } from '../../engine/replay/recording.ts';
import { openPrinter, type PrintOptions } from '../../ui/printer.ts';
import { hasScreen, playOnScreen } from './play-on-screen.ts';
import { playSessions } from './play-sessions.ts';
import { printCast } from './print-cast.ts';
import { printEvents } from './print-events.ts';
import type { ReplaySettings } from './read-settings.ts';
import type { Subjects } from './subjects.ts';

/** Plays on a terminal, writes events into a pipe, or an asciicast. */
export function printReplay(
  settings: ReplaySettings,
  options: PrintOptions,
  io: Io,
): (subjects: Subjects) => Promise<void> {
  return async (subjects) => {
    if (settings.cast) return printCast(subjects, settings.cast, settings, options.color, io);
    // What is played needs no pager.
    const printer = await openPrinter(io, { ...options, pager: false });
    if (printer.mode === 'human' && hasScreen(settings, io)) {
      const [target] = subjects.targets;
      if (target && (await playOnScreen(subjects, target, settings, options.color, io))) return;
    }
    if (printer.mode === 'human')
      return playSessions(openEach(subjects, settings, io.signal), settings, options.color, io);
    try {
      for await (const recording of openEach(subjects, settings, io.signal))
        await printEvents(recording, settings, printer, io);
    } finally {
      await printer.close();
    }
  };
}

async function* openEach(
  { sessions, targets, problems }: Subjects,
  { turns }: ReplaySettings,
  signal: AbortSignal,
): AsyncGenerator<Recording> {
  for (const target of targets) yield openRecording(sessions, target, turns, problems.report, signal);
}
