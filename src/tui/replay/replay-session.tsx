import type { Clock, Screen } from '../../base/io.ts';
import type { Event } from '../../model/event.ts';
import type { TurnRange } from '../../model/live-session.ts';
import type { SeqRange } from '../../model/rollback.ts';
import type { Colours } from '../../ui/colour.ts';
import { openShow } from '../terminal/show.tsx';
import type { TranscriptSource } from '../transcript/transcript-source.ts';
import { TranscriptView } from '../transcript/transcript-view.tsx';
import { createReplaying } from './replaying.ts';

export interface ReplayOptions {
  screen: Screen;
  clock: Clock;
  colours: Colours;
  /** Fires when the program is asked to stop. */
  signal: AbortSignal;
  title: string;
  /** The events of the session, in order; it may be asked for again. */
  read(signal: AbortSignal, onTakenBack?: (ranges: readonly SeqRange[]) => void): AsyncIterable<readonly Event[]>;
  speed: number;
  /** Milliseconds from what came before, for one time after the other, at the speed of the record. */
  delayBefore(timestamp: string | null): number;
}

/**
 * Plays a session on the other screen that terminals have, until the viewer leaves; at its end it stays. The screen stays open.
 *
 * @throws what the reading throws
 */
export async function replaySession(options: ReplayOptions): Promise<'left' | 'interrupted'> {
  const { screen, clock, colours, signal, title, speed, delayBefore } = options;
  return new Promise((resolve, reject) => {
    const show = openShow({ screen, clock, colours, altScreen: true, onEnd: leave, onError: fail });
    const end = (how: () => void) => {
      signal.removeEventListener('abort', leave);
      show.close();
      how();
    };
    function leave(): void {
      end(() => resolve('left'));
    }
    function fail(error: unknown): void {
      end(() => reject(error));
    }
    const playing = createReplaying({
      ...{ clock, speed, delayBefore },
      onInterrupt: () => end(() => resolve('interrupted')),
    });
    signal.addEventListener('abort', leave);
    show.show(
      <TranscriptView
        {...{ title, playing }}
        source={sourceOf(options, fail)}
        start="end"
        onLeave={leave}
        write={(sequence) => screen.write(sequence)}
        redraw={() => show.painter.redraw()}
      />,
    );
    if (signal.aborted) leave();
  });
}

/** @param onError hears why the first reading failed; what is read again is known to be there */
function sourceOf({ read }: Pick<ReplayOptions, 'read'>, onError: (error: unknown) => void): TranscriptSource {
  let isFirst = true;
  return {
    async *read(turns, signal, onTakenBack) {
      const tell = isFirst ? onError : () => {};
      isFirst = false;
      try {
        for await (const events of read(signal, onTakenBack))
          yield turns ? events.filter((event) => isWithin(event, turns)) : events;
      } catch (error) {
        if (!signal.aborted) tell(error);
        throw error;
      }
    },
  };
}

function isWithin({ turn }: Event, { from, to }: TurnRange): boolean {
  return turn >= from && turn <= to;
}
