import { Box, Text } from 'ink';
import { useEffect, useMemo, useReducer, useRef } from 'react';
import type { Key } from '../keys/key.ts';
import { useKeys, useSize, useStage } from '../terminal/stage.ts';
import { clipboardSequence, plainText } from './copy-text.ts';
import { HitSearch } from './hit-search.ts';
import { isPlain as isWithoutColours } from './paint-row.ts';
import type { PlayedKey, Playing } from './playing.ts';
import { pressInTranscript, type TranscriptContext } from './press-in-transcript.ts';
import { Layouts } from './transcript-column.ts';
import type { TranscriptEffect } from './transcript-effect.ts';
import { pageOf, transcriptLines, widthOf } from './transcript-lines.ts';
import { TranscriptReader } from './transcript-reader.ts';
import type { TranscriptSource } from './transcript-source.ts';
import { isFull, openTranscript, settle, type TranscriptState } from './transcript-state.ts';
import { relaid, visibleRows } from './viewport.ts';

export interface TranscriptViewProps {
  /** The same one as long as the view is there. */
  source: TranscriptSource;
  title: string;
  start: 'begin' | 'end';
  /** It is shown little by little. The same one as long as the view is there. */
  playing?: Playing;
  onLeave(): void;
  /** Sends a sequence to the terminal. */
  write(sequence: string): void;
  /** Draws the screen anew. */
  redraw(): void;
}

/** A session on the whole screen: to scroll and search in, to fold and copy. */
export function TranscriptView({ source, title, start, playing, onLeave, write, redraw }: TranscriptViewProps) {
  const { clock, colours } = useStage();
  const { columns, rows } = useSize();
  const [, show] = useReducer((frames: number) => frames + 1, 0);
  const state = useRef<TranscriptState>(openTranscript(start));
  const isPlain = isWithoutColours(colours);
  const size = useRef({ columns, rows });

  const { reader, layouts } = useMemo(() => {
    const opened = new TranscriptReader(
      source,
      clock,
      () => onRead.current(),
      (event, blocks) => playing?.onEvent(event, blocks),
    );
    return { reader: opened, layouts: new Layouts(opened, () => playing?.end ?? Infinity) };
  }, [source, clock, playing]);
  const columnOf = (of: TranscriptState) => layouts.columnOf(of, widthOf(size.current.columns), isPlain);
  const change = (how: (state: TranscriptState) => TranscriptState) => {
    const next = how(state.current);
    state.current = settle(next, columnOf(next), pageOf(size.current.rows));
    show();
  };
  const onRead = useRef(() => {});
  onRead.current = () => {
    if (!reader.isReading) playing?.onRead();
    const notice = reader.takeNotice();
    change((now) => (notice === null ? now : { ...now, notice }));
  };
  useEffect(() => {
    reader.start();
    return () => reader.close();
  }, [reader]);
  useEffect(() => playing?.start(() => onRead.current()), [playing]);

  if (size.current.columns !== columns || size.current.rows !== rows) {
    const before = columnOf(state.current);
    size.current = { columns, rows };
    const view = relaid(state.current.view, before, columnOf(state.current), pageOf(rows));
    state.current = { ...state.current, view };
  }

  const latest = useRef(change);
  latest.current = change;
  const search = useMemo(() => {
    const limit = () => playing?.end ?? Infinity;
    return new HitSearch({ reader, clock, isPlain, limit, onFound: (how) => latest.current(how) });
  }, [reader, clock, isPlain, playing]);
  useEffect(() => () => search.close(), [search]);
  const perform = (effect: TranscriptEffect) => {
    if (effect.kind === 'leave') onLeave();
    else if (effect.kind === 'redraw') redraw();
    else if (effect.kind === 'search') search.start(effect.needle, effect.isTyped);
    else void copy(reader, effect.block, write).then((notice) => change((now) => ({ ...now, notice })));
  };
  const press = (key: Key) => {
    const { typed, helpPage } = state.current;
    const played = typed === null && helpPage === null ? playing?.press(key) : null;
    if (played) return change((now) => afterPlayed(now, played));
    const context: TranscriptContext = {
      columnOf,
      columns: size.current.columns,
      page: pageOf(size.current.rows),
      // What is played is followed at its end, also while the rest is read.
      isReading: reader.isReading && !playing,
      ...(playing && { help: playing.help }),
      kindAt: (block) => reader.blocks.kindAt(block),
      isCutAt: (block) => reader.blocks.isCutAt(block),
      joinsAt: (block) => reader.blocks.get(block).joins,
    };
    const [next, ...effects] = pressInTranscript(state.current, key, context);
    state.current = next;
    effects.forEach(perform);
    show();
  };
  // Keys that were pressed quickly come together, and may be for one and the other.
  useKeys((key) => {
    if (playing && key.name === 'text') for (const text of key.text) press({ ...key, text });
    else press(key);
  });
  useEffect(() => {
    reader.want(wantedOf(state.current, columnOf(state.current), pageOf(rows), reader));
  });

  const { view } = state.current;
  const facts = {
    ...{ title, isReading: reader.isReading, isGrowing: reader.isGrowing, failure: reader.failure },
    ...(playing && { playing: { status: playing.status(), help: playing.help, foot: playing.foot() } }),
    turn: reader.blocks.turnAt(view.chosen),
    turns: reader.blocks.turnAt(reader.blocks.count - 1),
  };
  const lines = transcriptLines(state.current, columnOf(state.current), { facts, columns, rows, colours });
  return (
    <Box flexDirection="column" width={columns}>
      {lines.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have nothing else
        <Text key={at} wrap="truncate">
          {line === '' ? ' ' : line}
        </Text>
      ))}
    </Box>
  );
}

function afterPlayed(state: TranscriptState, { isMoved, notice }: PlayedKey): TranscriptState {
  const next = { ...state, notice: notice ?? null };
  if (!isMoved) return next;
  return { ...next, only: null, target: null, view: { ...state.view, isFollowing: true } };
}

/** What is to be shown in full of what is in sight, and near it. */
function wantedOf(
  state: TranscriptState,
  column: ReturnType<Layouts['columnOf']>,
  page: number,
  { blocks }: TranscriptReader,
): number[] {
  const seen = visibleRows(state.view, column, page);
  const first = Math.max(column.first, (seen[0]?.block ?? 0) - nearby);
  const last = Math.min(column.end - 1, (seen.at(-1)?.block ?? -1) + nearby);
  const wanted: number[] = [];
  for (let block = first; block <= last; block++) if (isFull(state, block) && blocks.isCutAt(block)) wanted.push(block);
  return wanted;
}

async function copy(reader: TranscriptReader, block: number, write: (sequence: string) => void): Promise<string> {
  try {
    const { sequence, notice } = clipboardSequence(plainText(await reader.readFull(block)));
    if (sequence !== '') write(sequence);
    return notice;
  } catch (error) {
    return messageOf(error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const nearby = 8;
