import { oneLine } from '../../base/safe-text.ts';
import type { Colours } from '../../ui/colour.ts';
import { displayWidth, truncate } from '../../ui/text-width.ts';
import { helpOf } from '../keys/key-map.ts';
import { hitAt, hitsBefore } from './hit-list.ts';
import { paintRow } from './paint-row.ts';
import type { KeyHelp } from './playing.ts';
import type { LaidColumn } from './transcript-column.ts';
import { helpFoot, helpLines } from './transcript-help.ts';
import { namedFirst, transcriptKeys } from './transcript-keys.ts';
import type { TranscriptState } from './transcript-state.ts';
import { percentOf, visibleRows } from './viewport.ts';

/** What is known of the session that is shown. */
export interface TranscriptFacts {
  title: string;
  /** Of the chosen block, and the last one; 0 before the first. */
  turn: number;
  turns: number;
  isReading: boolean;
  /** More may be recorded while it is shown. */
  isGrowing: boolean;
  failure: string | null;
  /** It is shown little by little: where that is, and the keys for it. */
  playing?: { status: readonly string[]; help: readonly KeyHelp[]; foot: readonly KeyHelp[] };
}

export interface TranscriptScreen {
  facts: TranscriptFacts;
  columns: number;
  /** Of the whole screen: one is left free. */
  rows: number;
  colours: Colours;
}

/** Rows of a transcript that a screen has room for. */
export function pageOf(rows: number): number {
  return Math.max(1, rows - 3);
}

/** Columns that blocks are laid out in: the first one marks what is chosen. */
export function widthOf(columns: number): number {
  return Math.max(1, columns - 1);
}

/** The rows of the screen, none wider than it is. */
export function transcriptLines(state: TranscriptState, column: LaidColumn, screen: TranscriptScreen): string[] {
  const { columns, rows, colours } = screen;
  const page = pageOf(rows);
  const body =
    state.helpPage === null
      ? bodyLines(state, column, page, screen)
      : helpLines(state.helpPage, columns, page, screen.facts.playing?.help);
  const filled = [...body, ...Array.from({ length: Math.max(0, page - body.length) }, () => '')];
  return [colours.bold(headLine(state, column, page, screen)), ...filled, footLine(state, screen)];
}

function bodyLines(
  state: TranscriptState,
  column: LaidColumn,
  page: number,
  { colours, facts }: TranscriptScreen,
): string[] {
  if (column.end === column.first) return [` ${emptyLine(facts)}`];
  const { target, search } = state;
  const hit = search?.hits && search.hits.total > 0 ? currentHit(state) : null;
  return visibleRows(state.view, column, page).map(({ block, row }) => {
    const laid = column.laidOut(block);
    const found = laid.rows[row];
    const isGap = row === 0 && column.hasGap(block);
    const mark = block === state.view.chosen && !isGap ? colours.cyan('▌') : ' ';
    const paint = {
      colours,
      isDimmed: laid.isDimmed,
      hit: hit?.block === block ? Math.min(hit.nth, laid.hits - 1) : null,
    };
    const waits = target?.block === block && !column.isReady(block) && row === 0 ? colours.dim(' reading…') : '';
    return found ? `${mark}${paintRow(found, paint)}${waits}`.trimEnd() : mark;
  });
}

function currentHit({ search }: TranscriptState): { block: number; nth: number } | null {
  return search?.hits ? hitAt(search.hits, search.at) : null;
}

function emptyLine({ isReading, failure }: TranscriptFacts): string {
  if (failure !== null) return '';
  return isReading ? 'loading…' : 'nothing is recorded';
}

function headLine(
  state: TranscriptState,
  column: LaidColumn,
  page: number,
  { facts, columns }: TranscriptScreen,
): string {
  const { failure } = facts;
  const parts = [
    state.only ? 'diff alone' : null,
    ...(facts.playing ? playingParts(state, facts.playing) : placeParts(state, column, page, facts)),
    searchPart(state, column),
    failure === null ? null : `cannot be read on: ${oneLine(failure)}`,
  ].filter((part) => part !== null);
  const told = truncate(parts.join(' · '), columns);
  const room = columns - displayWidth(told) - 3;
  const title = room < 4 ? '' : `${truncate(oneLine(facts.title), room)} · `;
  return told === '' ? truncate(oneLine(facts.title), columns) : title + told;
}

function placeParts(
  { view }: TranscriptState,
  column: LaidColumn,
  page: number,
  { turn, turns, isReading, isGrowing }: TranscriptFacts,
): (string | null)[] {
  return [
    turns > 0 ? `turn ${turn} of ${turns}${isReading ? '+' : ''}` : null,
    column.end === column.first ? null : `${percentOf(view, column, page)} %`,
    isReading ? 'loading…' : null,
    view.isFollowing && isGrowing && !isReading ? 'following' : null,
  ];
}

/** That it goes on out of sight is the one thing that cannot be seen. */
function playingParts({ view, only }: TranscriptState, { status }: { status: readonly string[] }): string[] {
  return [...status, ...(view.isFollowing || only ? [] : ['G follows'])];
}

function searchPart({ search }: TranscriptState, { limit }: LaidColumn): string | null {
  if (!search) return null;
  const what = `/${truncate(search.needle.text, 16)}`;
  if (!search.hits) return `${what} searching…${search.percent ? ` ${search.percent} %` : ''}`;
  const total = hitsBefore(search.hits, limit);
  return total === 0 ? `${what} none` : `${what} ${Math.min(search.at + 1, total)}/${total}`;
}

function footLine({ typed, notice, helpPage }: TranscriptState, screen: TranscriptScreen): string {
  const { columns, rows, colours } = screen;
  const { playing } = screen.facts;
  if (typed !== null) {
    // The end is where one types.
    let shown = typed;
    while (displayWidth(shown) > columns - 2 && shown !== '') shown = [...shown].slice(1).join('');
    return `/${shown}▏`;
  }
  if (notice !== null) return truncate(oneLine(notice), columns);
  return colours.dim(
    truncate(
      helpPage === null
        ? keysLine(playing?.foot ?? usualFoot, columns)
        : helpFoot(helpPage, columns, pageOf(rows), playing?.help),
      columns,
    ),
  );
}

/** As many keys as there is room for, the most important ones first. */
function keysLine(keys: readonly KeyHelp[], columns: number): string {
  let line = '';
  for (const { key, help } of keys) {
    const next = `${line === '' ? '' : `${line} · `}${key} ${help}`;
    if (displayWidth(next) > columns) break;
    line = next;
  }
  return line;
}

const short = new Map<string, string>([
  ['help', 'keys'],
  ['search', 'search'],
  ['fold', 'more or less'],
  ['next-turn', 'turn'],
  ['next-user', 'message'],
  ['diff', 'diff'],
  ['copy', 'copy'],
]);

const usualFoot: readonly KeyHelp[] = namedFirst.flatMap((action) => {
  const binding = transcriptKeys.find((each) => each.action === action);
  return binding ? helpOf([{ ...binding, help: short.get(action) ?? binding.help }]) : [];
});
