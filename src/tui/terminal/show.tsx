import { render } from 'ink';
import { Component, type ReactNode } from 'react';
import type { Clock, Screen } from '../../base/io.ts';
import { type Colours, noColours } from '../../ui/colour.ts';
import { inkStreams } from './ink-streams.ts';
import { openKeySource } from './key-source.ts';
import { createPainter, type Painter } from './painter.ts';
import { type Stage, StageContext } from './stage.ts';

export interface ShowOptions {
  screen: Screen;
  clock: Clock;
  colours: Colours;
  /** The screen is the other one that terminals have. */
  altScreen: boolean;
  /** There will be no more keys: the terminal is gone. */
  onEnd(): void;
  /** A view could not be drawn, and nothing is shown any more. */
  onError(error: unknown): void;
}

/** A screen on which views are shown. */
export interface Show {
  stage: Stage;
  painter: Omit<Painter, 'close' | 'draw'>;
  /** Shows a view, in place of the one before. */
  show(view: ReactNode): void;
  /** Takes it away. The screen stays open. */
  close(): void;
}

export function openShow({ screen, clock, colours, altScreen, onEnd, onError }: ShowOptions): Show {
  const isPlain = colours.bold('x') === noColours.bold('x');
  const painter = createPainter({ screen, clock, isOther: altScreen, isPlain });
  const keys = openKeySource(screen, clock, onEnd);
  const stage: Stage = { screen, keys, clock, colours };
  // First, so that what the views draw afterwards is drawn on the new screen.
  const stopRedraw = screen.onRedraw(() => painter.redraw());
  let instance: ReturnType<typeof render> | null = null;
  let isClosed = false;
  const streams = inkStreams(screen, (frame) => {
    if (!isClosed) painter.draw(frame);
  });
  const inkOptions = { ...streams, stderr: streams.stdout, debug: true, patchConsole: false, exitOnCtrlC: false };
  return {
    stage,
    painter,
    show(view) {
      if (isClosed) return;
      const whole = (
        <StageContext.Provider value={stage}>
          <Boundary onError={onError}>{view}</Boundary>
        </StageContext.Provider>
      );
      if (instance) instance.rerender(whole);
      else instance = render(whole, { ...inkOptions, isScreenReaderEnabled: false });
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      stopRedraw();
      keys.close();
      instance?.unmount();
      painter.close();
    },
  };
}

/** Ink would show the error itself, with pieces of source text. */
class Boundary extends Component<{ onError(error: unknown): void; children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override componentDidCatch(error: unknown) {
    this.props.onError(error);
  }

  override render() {
    return this.state.hasFailed ? null : this.props.children;
  }
}
