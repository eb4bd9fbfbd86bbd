import { openProcessIo } from '../../src/base/process-io.ts';
import { createSessionPort } from '../../src/commands/run/session-port.ts';
import { openSessions } from '../../src/engine/resolve-session.ts';
import { recordedSession } from '../../src/tui/browse/recorded-session.ts';
import { needleOf } from '../../src/tui/transcript/hits.ts';
import { Layouts } from '../../src/tui/transcript/transcript-column.ts';
import { pageOf, transcriptLines, widthOf } from '../../src/tui/transcript/transcript-lines.ts';
import { TranscriptReader } from '../../src/tui/transcript/transcript-reader.ts';
import {
  found,
  openTranscript,
  settle,
  type TranscriptState,
  toggled,
} from '../../src/tui/transcript/transcript-state.ts';
import { atEnd, scrollBy } from '../../src/tui/transcript/viewport.ts';
import { noColours } from '../../src/ui/colour.ts';

// Opens the transcript of a session as the screen does, scrolls through it, searches and unfolds, and prints as JSON how long each took
// and how much memory. Argument: the session.
const [threadId = ''] = process.argv.slice(2);
const { io, close } = openProcessIo();
const { home } = await openSessions(io.env, io.cwd).catalog();
const port = createSessionPort(home, io);
const [columns, rows] = [120, 40];
const memory = () => Math.round(process.memoryUsage().rss / 1024);
const began = memory();
let most = began;
const watch = setInterval(() => {
  most = Math.max(most, memory());
}, 20);
const start = performance.now();
const since = () => Math.round(performance.now() - start);

let state: TranscriptState = openTranscript('begin');
let changed: () => void = () => {};
const reader = new TranscriptReader(recordedSession(port, threadId), io.clock, () => changed());
const layouts = new Layouts(reader);
const column = () => layouts.columnOf(state, widthOf(columns), true);
const page = pageOf(rows);
const draw = () => {
  const facts = {
    title: '',
    turn: 0,
    turns: 0,
    isReading: reader.isReading,
    isGrowing: false,
    failure: reader.failure,
  };
  return transcriptLines(state, column(), { facts, columns, rows, colours: noColours });
};
const next = () => new Promise<void>((resolve) => (changed = resolve));

const first = next();
reader.start();
await first;
state = settle(state, column(), page);
const firstRows = draw().filter(Boolean).length;
const firstMs = since();
while (reader.isReading) await next();
const readMs = since();
const readKb = most;

const before = performance.now();
state = { ...state, view: atEnd(column(), page) };
draw();
const endMs = Math.round(performance.now() - before);
let slowestMs = 0;
const scrolls = 2000;
for (let at = 0; at < scrolls; at++) {
  const began = performance.now();
  state = { ...state, view: scrollBy(state.view, column(), page, at % 2 === 0 ? -page : -1) };
  draw();
  slowestMs = Math.max(slowestMs, performance.now() - began);
}
const scrolledKb = most;
const searchBegan = performance.now();
const needle = needleOf('needle');
if (!needle) throw new Error('no needle');
const hits = await reader.search(needle, true, new AbortController().signal);
state = found({ ...state, search: { needle, hits: null, at: 0 } }, hits);
const searchMs = Math.round(performance.now() - searchBegan);
const searchedKb = most;
const cut = Array.from({ length: reader.blocks.count }, (_, at) => at).filter((at) => reader.blocks.isCutAt(at));
const middle = cut[Math.floor(cut.length / 2)] as number;
state = { ...state, fold: toggled(state.fold, [middle]) };
const fullBegan = performance.now();
const full = next();
reader.want([middle]);
await full;
const fullMs = Math.round(performance.now() - fullBegan);
clearInterval(watch);
reader.close();
const told = {
  ...{ firstRows, firstMs, readMs, endMs, slowestMs: Math.round(slowestMs), searchMs, fullMs },
  ...{ blocks: reader.blocks.count, hits: hits.total, isFull: reader.full(middle) !== null },
  ...{ readKb, scrolledKb, searchedKb, beganKb: began, mostKb: Math.max(most, memory()), failure: reader.failure },
};
await io.stdout.write(`${JSON.stringify(told)}\n`);
close();
