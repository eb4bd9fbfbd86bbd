import { basename } from 'node:path';
import { Stopped } from '../../base/abort.ts';
import type { Io } from '../../base/io.ts';
import { openRecording } from '../../engine/replay/recording.ts';
import { createSchedule } from '../../engine/replay/schedule.ts';
import type { Target } from '../../engine/resolve-session.ts';
import { chooseColours } from '../../ui/colour.ts';
import { loadTui } from '../run/load-tui.ts';
import { paceOf, type ReplaySettings, usualIdleLimitMs } from './read-settings.ts';
import type { Subjects } from './subjects.ts';

/** Whether there is a terminal that can be drawn on, and nobody wants it otherwise. */
export function hasScreen({ onScreen, hasKeys }: ReplaySettings, { stdin, stdout, env }: Io): boolean {
  return onScreen && hasKeys && stdin.isTTY && stdout.isTTY && env.TERM !== 'dumb';
}

/**
 * Plays a session in the view of transcripts, until the viewer leaves.
 *
 * @returns whether there was a screen for it
 * @throws Stopped when it was left with Ctrl-C
 */
export async function playOnScreen(
  { sessions, targets, problems }: Subjects,
  target: Target,
  settings: ReplaySettings,
  color: boolean,
  io: Io,
): Promise<boolean> {
  if (targets.length !== 1) return false;
  const loading = loadTui();
  loading.catch(() => {});
  const recording = await openRecording(sessions, target, settings.turns, problems.report, io.signal);
  const colours = await chooseColours(io, color);
  const { idleLimitMs, speed } = paceOf(settings, usualIdleLimitMs);
  const title = await titleOf(sessions, target, recording.threadId);
  const tui = await loading;
  const screen = io.openScreen({ altScreen: true });
  if (!screen) return false;
  try {
    const { clock, signal } = io;
    const end = await tui.replaySession({
      ...{ screen, clock, colours, signal, title, speed },
      delayBefore: createSchedule({ speed: 1, idleLimitMs }),
      read: (_, onTakenBack) => recording.read(onTakenBack),
    });
    if (end === 'interrupted') throw new Stopped('SIGINT');
  } finally {
    await screen.close();
  }
  return true;
}

async function titleOf(sessions: Subjects['sessions'], target: Target, threadId: string | null): Promise<string> {
  const name = target.kind === 'thread' ? (await sessions.names()).get(target.threadId) : undefined;
  return name ?? threadId ?? (target.kind === 'file' ? basename(target.path) : '');
}
