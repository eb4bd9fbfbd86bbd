import { oneLine } from '../../base/safe-text.ts';
import { parseTime, relativeAge } from '../../base/time.ts';
import type { SessionRow } from '../../model/live-session.ts';
import { displayWidth, truncate } from '../../ui/text-width.ts';
import type { PickerRow, PickerView } from './picker-rows.ts';

/** What stands in a row of the list, in columns that fit the width. */
export interface PickerColumns {
  marks: number;
  age: number;
  turns: number;
  /** 0 where there is no room, or nothing to tell. */
  branch: number;
  folder: number;
  title: number;
}

/** The more room, the more is told; the title gets what is left. */
export function columnsFor(
  width: number,
  rows: readonly SessionRow[],
  { cwd, sort }: PickerView,
  now: number,
): PickerColumns {
  const most = (texts: string[], limit: number, head = '') => {
    const longest = Math.max(0, ...texts.map(displayWidth));
    return longest === 0 ? 0 : Math.min(limit, Math.max(longest, head.length));
  };
  const age = most(
    rows.map((row) => ageOf(row, sort, now)),
    12,
  );
  const wanted: PickerColumns = {
    marks: width < 30 ? 0 : 4,
    age,
    turns: width < 60 ? 0 : 5,
    branch: width < 70 ? 0 : most(rows.map(branchOf), width < 110 ? 16 : 28, heads.branch),
    folder: cwd !== null || width < 76 ? 0 : most(rows.map(folderOf), width < 110 ? 18 : 32, heads.folder),
    title: 0,
  };
  const taken = Object.values(wanted).reduce((sum, each) => sum + (each > 0 ? each + 2 : 0), 0);
  return { ...wanted, title: Math.max(8, width - taken) };
}

/** A row as text without colours, as wide as the columns are. */
export function lineOf(row: SessionRow, columns: PickerColumns, sort: PickerView['sort'], now: number): string {
  return join([
    [marksOf(row), columns.marks],
    [ageOf(row, sort, now), columns.age, true],
    [String(row.turns), columns.turns, true],
    [branchOf(row), columns.branch],
    [folderOf(row), columns.folder],
    [titleOf(row), columns.title],
  ]);
}

/** The line above the rows. */
export function headOf(columns: PickerColumns, sort: PickerView['sort']): string {
  return join([
    ['', columns.marks],
    [sort === 'created' ? 'CREATED' : 'UPDATED', columns.age, true],
    ['TURNS', columns.turns, true],
    [heads.branch, columns.branch],
    [heads.folder, columns.folder],
    ['NAME OR FIRST MESSAGE', columns.title],
  ]);
}

/** What the marks mean, for those that are in sight. */
export function legendOf(rows: readonly SessionRow[]): string {
  const told = marks.filter(({ is }) => rows.some(is)).map(({ mark, means }) => `${mark} ${means}`);
  return told.join(' · ');
}

function marksOf(row: SessionRow): string {
  return marks.map(({ mark, is }) => (is(row) ? mark : '')).join('');
}

const heads = { branch: 'BRANCH', folder: 'DIRECTORY' };

const marks: { mark: string; means: string; is(row: SessionRow): boolean }[] = [
  { mark: '●', means: 'open', is: ({ live }) => live === true },
  { mark: '⑂', means: 'fork', is: ({ forked_from_id }) => forked_from_id !== null },
  { mark: '!', means: 'damaged', is: ({ damage }) => damage.length > 0 },
  { mark: '▣', means: 'archived', is: ({ archived }) => archived },
];

function ageOf(row: SessionRow, sort: PickerView['sort'], now: number): string {
  const time = parseTime((sort === 'created' ? row.created_at : row.updated_at) ?? '');
  return time === null ? '' : relativeAge(time, now);
}

function branchOf({ git_branch }: SessionRow): string {
  return oneLine(git_branch ?? '');
}

/** The end of a path tells more than its beginning. */
function folderOf({ cwd }: SessionRow): string {
  const parts = oneLine(cwd ?? '').split('/');
  return parts.length <= 3 ? parts.join('/') : `…/${parts.slice(-2).join('/')}`;
}

/** What a session is called, on one line. */
export function titleOf({ name, first_message }: SessionRow): string {
  return oneLine((name ?? first_message ?? '(nothing was said)').replace(/\s+/g, ' '));
}

/** What it is a fork of, by its name where it has one; null for none. */
export function originOf({ forked_from_id: id }: SessionRow, rows: readonly PickerRow[]): string | null {
  if (id === null) return null;
  const name = rows.find(({ row }) => row.thread_id === id)?.row.name ?? null;
  return `⑂ fork of ${oneLine(name ?? id)}`;
}

/** The end of a text, where that is what one looks at. */
export function cutLeft(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  const characters = [...text.slice(-Math.max(0, width * 16))];
  let kept = '';
  while (characters.length > 0 && displayWidth(`…${characters.at(-1)}${kept}`) <= width) {
    kept = `${characters.pop()}${kept}`;
  }
  return `…${kept}`;
}

function join(cells: readonly [text: string, width: number, isRight?: boolean][]): string {
  return cells.flatMap(([text, width, isRight]) => (width === 0 ? [] : [pad(text, width, isRight)])).join('  ');
}

function pad(text: string, width: number, isRight = false): string {
  const cut = truncate(text, width);
  const gap = ' '.repeat(Math.max(0, width - displayWidth(cut)));
  return isRight ? gap + cut : cut + gap;
}
