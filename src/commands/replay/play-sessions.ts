import type { Io } from '../../base/io.ts';
import { type Place, toFrames } from '../../engine/replay/frames.ts';
import type { Recording } from '../../engine/replay/recording.ts';
import { chooseColours } from '../../ui/colour.ts';
import { openKeys } from '../../ui/keys.ts';
import { play } from '../../ui/player.ts';
import { openScreen } from '../../ui/player-screen.ts';
import { createTranscript } from '../../ui/transcript/transcript.ts';
import { paceOf, type ReplaySettings, usualIdleLimitMs } from './read-settings.ts';

/** Plays sessions on the terminal, one after the other, until the viewer leaves. */
export async function playSessions(
  recordings: AsyncIterable<Recording>,
  settings: ReplaySettings,
  color: boolean,
  io: Io,
): Promise<void> {
  const colours = await chooseColours(io, color);
  const screen = openScreen(io, colours);
  const pace = paceOf(settings, usualIdleLimitMs);
  // A terminal that can do nothing cannot go back either.
  const hasKeys = settings.hasKeys && io.stdin.isTTY && io.env.TERM !== 'dumb';
  const keys = openKeys(io, hasKeys ? io.stdin : null);
  try {
    for await (const recording of recordings) {
      const places: Place[] = [];
      const open = (chapter: number) => {
        // The width may be another one when the viewer has gone back.
        const transcript = createTranscript({ colours, columns: io.stdout.columns });
        return toFrames(recording.read(), pace, transcript, places[chapter], (place) => {
          places[place.chapter] = place;
        });
      };
      if ((await play(open, { screen, keys, clock: io.clock })) === 'left') break;
    }
  } finally {
    keys.close();
  }
}
