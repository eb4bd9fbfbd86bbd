import type { Io } from '../../base/io.ts';
import { toFrames } from '../../engine/replay/frames.ts';
import type { Recording } from '../../engine/replay/recording.ts';
import { eventLine } from '../../model/event-line.ts';
import { openKeys } from '../../ui/keys.ts';
import { play, type Screen } from '../../ui/player.ts';
import type { Printer } from '../../ui/printer.ts';
import { paceOf, type ReplaySettings } from './read-settings.ts';

/** Writes the events of a session as `show` does: at once, or each at its time. */
export async function printEvents(
  recording: Recording,
  settings: ReplaySettings,
  printer: Printer,
  io: Io,
): Promise<void> {
  if (printer.mode === 'ids') {
    if (recording.threadId !== null) await printer.id(recording.threadId);
    return;
  }
  if (settings.paced) await printPaced(recording, settings, printer, io);
  else await printAtOnce(recording, printer);
}

async function printAtOnce(recording: Recording, printer: Printer): Promise<void> {
  let isFirst = true;
  for await (const events of recording.read()) {
    for (const event of events) {
      const waiting = printer.line(eventLine(event, isFirst));
      if (waiting) await waiting;
      isFirst = false;
    }
  }
}

async function printPaced(recording: Recording, settings: ReplaySettings, printer: Printer, io: Io): Promise<void> {
  const keys = openKeys(io, null);
  let isFirst = true;
  const telling = {
    write(event: Parameters<typeof eventLine>[0]) {
      const line = eventLine(event, isFirst);
      isFirst = false;
      return line;
    },
    end: () => '',
  };
  const screen: Screen = {
    async show(line) {
      await printer.line(line);
      await printer.flush();
    },
    async pause() {},
    async resume() {},
    async clear() {},
  };
  try {
    const pace = paceOf(settings, Number.POSITIVE_INFINITY);
    await play(() => toFrames(recording.read(), pace, telling), { screen, keys, clock: io.clock });
  } finally {
    keys.close();
  }
}
