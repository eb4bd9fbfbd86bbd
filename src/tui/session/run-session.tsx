import { oneLine } from '../../base/safe-text.ts';
import { numberOf, objectOf } from '../../model/fields.ts';
import { composerWidth } from '../composer/composer-view.tsx';
import type { RunSessionOptions, SessionEnd } from '../options.ts';
import { createPace } from '../terminal/pace.ts';
import { leaveOther } from '../terminal/painter.ts';
import { openShow, type Show } from '../terminal/show.tsx';
import { drawnSize } from '../terminal/stage.ts';
import { wordsOf } from '../words.ts';
import { App } from './app.tsx';
import { Conversation } from './conversation.ts';
import { fresh } from './opening.ts';
import { Printing } from './printing.ts';
import { Records } from './records.ts';
import { isQuestionCut } from './screen.tsx';
import { emptyState, type SessionState } from './state.ts';
import { createStore } from './store.ts';

/** Runs agents on the screen until the user leaves. */
export async function runSession(options: RunSessionOptions): Promise<SessionEnd> {
  const { screen, clock, colours, altScreen, signal, ports } = options;
  const store = createStore<SessionState>(emptyState(clock.now()));
  let fail: (error: unknown) => void = () => {};
  const broken = new Promise<{ error: unknown }>((resolve) => {
    fail = (error) => resolve({ error });
  });
  const show = openShow({
    ...{ screen, clock, colours, altScreen },
    onEnd: () => conversation.leave(goneExit),
    onError: fail,
  });
  const printing = new Printing({
    print: altScreen ? keepPrinted(store) : show.painter.print,
    columns: () => drawnSize(screen).columns,
    colours,
  });
  const frames = createPace(clock, () => guard(() => showFrame(store, printing, show), fail));
  const records = new Records();
  const conversation = new Conversation({
    ...{ ports, clock, store, printing, version: options.version, workIn: options.workIn },
    onChange: frames.ask,
    onRecord: records.tell,
    redraw: show.painter.redraw,
    composerWidth: () => composerWidth(drawnSize(screen).columns),
    isCut: (asking) => isQuestionCut(asking, drawnSize(screen)),
  });
  const stopKeys = show.stage.keys.listen((key) => guard(() => conversation.press(key), fail));
  const onStop = () => conversation.leave(numberOf(objectOf(signal.reason).exit) ?? interruptedExit);
  signal.addEventListener('abort', onStop);
  try {
    show.show(<App {...{ conversation, store, records, options }} painter={show.painter} />);
    if (signal.aborted) onStop();
    const running = begin(conversation, options).then(() => conversation.ended);
    const end = await Promise.race([running, broken]);
    if (!('error' in end)) return end;
    // The screen is of no use any more; what is open is closed in order all the same.
    show.close();
    // On the other screen nobody could read it afterwards.
    if (altScreen) screen.write(leaveOther);
    screen.write(`sessions: the screen cannot be drawn: ${oneLine(wordsOf(end.error))}\r\n`);
    running.catch(() => {});
    conversation.leave(brokenExit);
    return { ...(await conversation.ended), exit: brokenExit };
  } finally {
    signal.removeEventListener('abort', onStop);
    stopKeys();
    frames.close();
    printing.end();
    show.close();
  }
}

async function begin(conversation: Conversation, options: RunSessionOptions): Promise<void> {
  const { start, prompt, images, workIn } = options;
  const input = prompt === null && images.length === 0 ? null : { text: prompt ?? '', images };
  if (start.kind !== 'pick') return conversation.begin({ ...fresh, thread: start, cwd: workIn }, input);
  if (input) conversation.change((state) => ({ ...state, queue: [input] }));
  conversation.change((state) => ({ ...state, phase: 'idle', over: { kind: 'picker', notice: null } }));
}

/** Brings what was printed and what is shown up to date. */
function showFrame(store: ReturnType<typeof createStore<SessionState>>, printing: Printing, show: Show): void {
  const tail = printing.settle();
  const state = store.get();
  store.set({ ...state, tail });
  show.painter.toOther(state.over !== null);
  store.tell();
}

/** On the other screen nothing stands above the frame: the end of it is part of each. */
function keepPrinted(store: ReturnType<typeof createStore<SessionState>>): (lines: string) => void {
  return (lines) => {
    const state = store.get();
    const printed = [...state.printed, ...lines.replace(/\n$/, '').split('\n')].slice(-mostPrinted);
    store.set({ ...state, printed });
  };
}

function guard(act: () => void, fail: (error: unknown) => void): void {
  try {
    act();
  } catch (error) {
    fail(error);
  }
}

const mostPrinted = 500;
const brokenExit = 2;
const interruptedExit = 130;
/** As after SIGHUP. */
const goneExit = 129;
