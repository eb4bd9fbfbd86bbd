import type { Clock, Screen } from '../../base/io.ts';
import type { SessionPort } from '../../model/live-session.ts';
import type { Colours } from '../../ui/colour.ts';
import { openShow } from '../terminal/show.tsx';
import type { TranscriptSource } from '../transcript/transcript-source.ts';
import { TranscriptView } from '../transcript/transcript-view.tsx';
import { recordedSession } from './recorded-session.ts';

export interface BrowseOptions {
  screen: Screen;
  ports: { sessions: Pick<SessionPort, 'read'> };
  clock: Clock;
  colours: Colours;
  /** Fires when the program is asked to stop. */
  signal: AbortSignal;
  threadId: string;
  title: string;
  /** The session as it grows. It is read once. */
  follow?: TranscriptSource['follow'];
  /** Which end is shown first. */
  start?: 'begin' | 'end';
}

/** Shows a session until the user leaves. The screen is the other one that terminals have, and stays open. */
export async function browseSession({
  screen,
  ports,
  clock,
  colours,
  signal,
  threadId,
  title,
  follow,
  start = 'begin',
}: BrowseOptions): Promise<void> {
  const source = recordedSession(ports.sessions, threadId, follow);
  await new Promise<void>((resolve, reject) => {
    const show = openShow({ screen, clock, colours, altScreen: true, onEnd: leave, onError: fail });
    function leave(): void {
      signal.removeEventListener('abort', leave);
      show.close();
      resolve();
    }
    function fail(error: unknown): void {
      leave();
      reject(error);
    }
    signal.addEventListener('abort', leave);
    show.show(
      <TranscriptView
        {...{ source, title, start }}
        onLeave={leave}
        write={(sequence) => screen.write(sequence)}
        redraw={() => show.painter.redraw()}
      />,
    );
    if (signal.aborted) leave();
  });
}
