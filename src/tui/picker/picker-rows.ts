import { parseTime } from '../../base/time.ts';
import type { SessionRow } from '../../model/live-session.ts';

/** What the list shows of all sessions. */
export interface PickerView {
  sort: 'updated' | 'created';
  /** Only sessions of this directory; null for all. */
  cwd: string | null;
  withArchived: boolean;
  /** Those, too, that nobody sat at: of `exec`, of agents that agents started. */
  withOthers: boolean;
  search: string;
}

/** A row that can be searched and sorted quickly. */
export interface PickerRow {
  row: SessionRow;
  /** As it is searched: name, first message, branch. */
  words: string;
  /** Milliseconds since the epoch; 0 where they are not known. */
  updated: number;
  created: number;
}

/** @param row of which no more is kept than a list can show */
export function pickerRow(row: SessionRow): PickerRow {
  const first = row.first_message === null ? null : own(row.first_message.slice(0, longestFirst));
  const words = [row.name, first, row.git_branch].filter((text) => text !== null).join('\n');
  return {
    row: { ...row, first_message: first },
    words: searched(words),
    updated: parseTime(row.updated_at ?? '') ?? 0,
    created: parseTime(row.created_at ?? '') ?? 0,
  };
}

/** The newest first; of the same time, the one of the later id, which was made later. */
export function inOrder(rows: readonly PickerRow[], sort: PickerView['sort']): readonly PickerRow[] {
  const order = (a: PickerRow, b: PickerRow) =>
    b[sort] - a[sort] || (a.row.thread_id < b.row.thread_id ? 1 : a.row.thread_id > b.row.thread_id ? -1 : 0);
  // They come in order from the index.
  const isSorted = rows.every((row, at) => at === 0 || order(rows[at - 1] as PickerRow, row) <= 0);
  return isSorted ? rows : [...rows].sort(order);
}

/** The rows that are let through, in the order that they have. */
export function visibleRows(rows: readonly PickerRow[], view: PickerView): SessionRow[] {
  const wanted = searched(view.search).split(/\s+/).filter(Boolean);
  const visible: SessionRow[] = [];
  for (const { row, words } of rows) {
    const has = (word: string) => words.includes(word) || isOfId(word, row.thread_id);
    if (isLetThrough(row, view) && wanted.every(has)) visible.push(row);
  }
  return visible;
}

/** Words such as `add` and `dead` stand in the middle of many ids, and are not meant. */
function isOfId(word: string, id: string): boolean {
  return word.length < shortestOfId ? id.startsWith(word) : id.includes(word);
}

/** Without regard to case, and to how a letter is put together with its marks. */
function searched(text: string): string {
  return text.normalize('NFC').toLowerCase();
}

function isLetThrough(row: SessionRow, { cwd, withArchived, withOthers }: PickerView): boolean {
  if (row.archived && !withArchived) return false;
  if (!withOthers && !isInteractive(row)) return false;
  return cwd === null || row.cwd === cwd;
}

/** Somebody sat at it, as far as is known: old sessions do not say where they come from. */
function isInteractive({ source, parent_thread_id }: SessionRow): boolean {
  return parent_thread_id === null && source !== 'exec' && source !== 'mcp' && !source?.startsWith('subagent');
}

/** A slice keeps the whole text in memory. */
function own(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}

const longestFirst = 240;
const shortestOfId = 6;
