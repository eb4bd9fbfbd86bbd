import { count, groupDigits } from '../../base/amounts.ts';
import type { ToolCount } from '../../engine/diff/after-fold.ts';
import type { DiffSide } from '../../engine/diff/session-diff.ts';
import type { TouchedFile } from '../../engine/diff/touched-files.ts';
import type { Cell } from '../../ui/table.ts';

/** A row for each tool that either side has called, the one called most first. */
export function toolRows(a: DiffSide, b: DiffSide): Cell[][] {
  const calls = (side: DiffSide, name: string) => side.tools.find((tool) => tool.name === name);
  const names = [...new Set([...a.tools, ...b.tools].map(({ name }) => name))];
  const total = (name: string) => (calls(a, name)?.calls ?? 0) + (calls(b, name)?.calls ?? 0);
  names.sort((x, y) => total(y) - total(x) || (x < y ? -1 : 1));
  const rows = names.map((name) => [
    { indent: '  ', text: name },
    describeCalls(calls(a, name)),
    describeCalls(calls(b, name)),
  ]);
  return cut(rows, 'tool');
}

function describeCalls(tool: ToolCount | undefined): string {
  if (!tool) return '-';
  const notes = (['failed', 'declined', 'aborted', 'unfinished'] as const).flatMap((outcome) =>
    tool[outcome] > 0 ? [`${groupDigits(tool[outcome])} ${outcome}`] : [],
  );
  return [groupDigits(tool.calls), ...notes].join(', ');
}

/** A row for each file that either side has changed; with the count of each. */
export function fileRows(a: DiffSide, b: DiffSide): Cell[][] {
  const heading = ['files', groupDigits(a.files.length), groupDigits(b.files.length)];
  const paths = [...new Set([...a.files, ...b.files].map(({ path }) => path))].sort();
  const base = commonFolder(paths);
  const cell = ({ files }: DiffSide, path: string) =>
    describeFile(
      files.find((file) => file.path === path),
      base,
    );
  // No more than are shown are looked for: a session may change very many.
  const rows = paths.slice(0, MOST_ROWS + 1).map((path) => ['', cell(a, path), cell(b, path)]);
  const more = paths.length - MOST_ROWS;
  return [heading, ...(more > 1 ? [...rows.slice(0, MOST_ROWS), ['', `… ${count(more, 'more file')}`, '']] : rows)];
}

function describeFile(file: TouchedFile | undefined, base: string): string {
  if (!file) return '';
  const name = file.path.slice(base.length);
  const moved =
    file.moved_to === null
      ? ''
      : ` → ${file.moved_to.startsWith(base) ? file.moved_to.slice(base.length) : file.moved_to}`;
  return `${letters.get(file.change) ?? file.change} ${name}${moved}`;
}

const letters = new Map([
  ['add', 'A'],
  ['update', 'M'],
  ['delete', 'D'],
  ['move', 'R'],
]);

/** The folder, with its slash, that all paths lie in. */
function commonFolder([first = '', ...others]: readonly string[]): string {
  let folder = first.slice(0, first.lastIndexOf('/') + 1);
  for (const path of others) {
    while (!path.startsWith(folder)) folder = folder.slice(0, folder.lastIndexOf('/', folder.length - 2) + 1);
  }
  return folder;
}

function cut(rows: Cell[][], what: string): Cell[][] {
  const more = rows.length - MOST_ROWS;
  return more > 1 ? [...rows.slice(0, MOST_ROWS), ['', `… ${count(more, `more ${what}`)}`, '']] : rows;
}

const MOST_ROWS = 20;
