import { Failure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { oneLine } from '../../base/safe-text.ts';
import { castLines } from '../../engine/replay/cast-lines.ts';
import { toFrames } from '../../engine/replay/frames.ts';
import { openRecording } from '../../engine/replay/recording.ts';
import { loadColours, noColours } from '../../ui/colour.ts';
import { openPrinter } from '../../ui/printer.ts';
import { createTranscript } from '../../ui/transcript/transcript.ts';
import { paceOf, type ReplaySettings, usualIdleLimitMs } from './read-settings.ts';
import type { Subjects } from './subjects.ts';

/**
 * Writes a session as an asciicast of its transcript.
 *
 * @throws Failure `usage` for several sessions, which one asciicast cannot hold
 */
export async function printCast(
  { sessions, targets, problems }: Subjects,
  { version, columns, rows }: NonNullable<ReplaySettings['cast']>,
  settings: ReplaySettings,
  color: boolean,
  io: Io,
): Promise<void> {
  const [target, ...more] = targets;
  if (!target) return;
  if (more.length > 0) throw new Failure('usage', `an asciicast shows one session, not ${targets.length}`);
  const recording = await openRecording(sessions, target, settings.turns, problems.report, io.signal);
  const colours = color && !io.env.NO_COLOR ? await loadColours() : noColours;
  const frames = toFrames(
    recording.read(),
    paceOf(settings, Number.POSITIVE_INFINITY),
    createTranscript({ colours, columns }),
  );
  const id = recording.threadId === null ? null : oneLine(recording.threadId);
  const name = target.kind === 'thread' ? (await sessions.names()).get(target.threadId) : undefined;
  const header = {
    ...{ version, columns, rows },
    title: name === undefined ? id && `session ${id}` : oneLine(name),
    command: target.kind === 'thread' ? `sessions replay ${target.threadId}` : null,
    // Where no limit was asked for, the times are those of the record, and the player cuts them.
    idleLimitMs: settings.idleLimitMs === undefined ? usualIdleLimitMs / settings.speed : null,
  };
  const printer = await openPrinter(io, { json: true, quiet: false, null: false, color, pager: false });
  try {
    for await (const line of castLines(frames, header, () => problems.exit)) {
      const waiting = printer.line(line);
      if (waiting) await waiting;
    }
  } finally {
    await printer.close();
  }
}
