import type { Said, SessionRow } from '../../model/live-session.ts';
import { inOrder, type PickerRow, type PickerView, pickerRow, visibleRows } from './picker-rows.ts';

/** The list of sessions that one is chosen from. */
export interface Picker {
  /** In the order of the view. */
  readonly rows: readonly PickerRow[];
  readonly isLoading: boolean;
  /** Why loading has ended early; null when it has not. */
  readonly failure: string | null;
  readonly view: PickerView;
  /** Those that are shown, in order. */
  readonly visible: readonly SessionRow[];
  /** The id of the one that is chosen; null while there is none. */
  readonly chosen: string | null;
  /** It was chosen by a key, and stays so as others come; until then it is the first one. */
  readonly hasMoved: boolean;
  readonly isPreviewShown: boolean;
  /** Of the chosen one; null until it is read. */
  readonly preview: { threadId: string; said: readonly Said[] } | null;
  readonly mode: PickerMode;
  readonly notice: Notice | null;
  /** Something is being done with a session, as the notice says. */
  readonly isBusy: boolean;
  /** What was done from here and can be taken back, the last one at the end. */
  readonly done: readonly Done[];
  /** What was done to sessions from here, by id; null where they are gone. What is read meanwhile may not know it yet. */
  readonly changes: ReadonlyMap<string, Partial<SessionRow> | null>;
  /** Rows of before that may be gone: what does not come again goes when all have come. */
  readonly unsure: ReadonlySet<string>;
}

/** Something that Alt-U takes back. */
export type Done =
  | { kind: 'trash'; tx: string; rows: readonly PickerRow[]; threadId: string; threadIds: ReadonlySet<string> }
  /** These are in the archive now, or out of it. */
  | { kind: 'archive'; threadId: string; threadIds: readonly string[]; archived: boolean };

export type PickerMode =
  | { kind: 'list' }
  /** All keys, from one of their lines on. */
  | { kind: 'keys'; from: number }
  | { kind: 'rename'; threadId: string; text: string }
  /** The session belongs to another directory than this one. */
  | FolderMode;

export interface FolderMode {
  kind: 'folder';
  threadId: string;
  act: 'resume' | 'fork';
  cwd: string;
  /** One cannot go on there. */
  isGone: boolean;
}

/** What was done, or why it was not. */
export interface Notice {
  text: string;
  isError: boolean;
}

export function openPicker(options: { cwd: string; all: boolean; withOthers: boolean }): Picker {
  const view = { sort: 'updated', withArchived: false, withOthers: options.withOthers, search: '' } as const;
  return {
    ...{ rows: [], isLoading: true, failure: null, visible: [], chosen: null, isPreviewShown: false, preview: null },
    hasMoved: false,
    view: { ...view, cwd: options.all ? null : options.cwd },
    mode: { kind: 'list' },
    notice: null,
    isBusy: false,
    done: [],
    changes: new Map(),
    unsure: new Set(),
  };
}

/** The list as it was when something was chosen that could not be done; what it shows is read again. */
export function openAgain(picker: Picker): Picker {
  const unsure = new Set(picker.rows.map(({ row }) => row.thread_id));
  return { ...picker, isLoading: true, failure: null, mode: { kind: 'list' }, preview: null, isBusy: false, unsure };
}

/** A row that has come before takes the place of what it was. */
export function addRows(picker: Picker, rows: readonly SessionRow[]): Picker {
  // Some come twice at once.
  const latest = new Map<string, SessionRow>();
  for (const row of rows) {
    const change = picker.changes.get(row.thread_id);
    if (change !== null) latest.set(row.thread_id, change === undefined ? row : { ...row, ...change });
  }
  const others = picker.rows.filter(({ row }) => !latest.has(row.thread_id));
  const unsure = new Set(picker.unsure);
  if (unsure.size > 0) for (const { thread_id } of rows) unsure.delete(thread_id);
  return refresh({ ...picker, unsure, rows: [...others, ...[...latest.values()].map(pickerRow)] });
}

export function endLoading(picker: Picker, failure: string | null): Picker {
  const ended = { ...picker, isLoading: false, failure };
  if (failure !== null || picker.unsure.size === 0) return ended;
  const rows = picker.rows.filter(({ row }) => !picker.unsure.has(row.thread_id));
  return refresh({ ...ended, rows, unsure: new Set() });
}

/** Another view of the same rows. What was chosen stays so, if it is still there. */
export function lookAt(picker: Picker, view: Partial<PickerView>): Picker {
  const isSearch = view.search !== undefined;
  // What is searched for is found at the top.
  const hasMoved = picker.hasMoved && !isSearch;
  return refresh({ ...picker, view: { ...picker.view, ...view }, hasMoved, notice: noticeOf(picker) });
}

export function moveBy(picker: Picker, by: number): Picker {
  const { visible } = picker;
  if (visible.length === 0) return picker;
  const at = Math.max(0, Math.min(indexOfChosen(picker) + by, visible.length - 1));
  return { ...picker, chosen: (visible[at] as SessionRow).thread_id, hasMoved: true, notice: noticeOf(picker) };
}

/** A row is another one now; null when it is gone. */
export function changeRow(picker: Picker, threadId: string, change: Partial<SessionRow> | null): Picker {
  const at = indexOfChosen(picker);
  const before = picker.changes.get(threadId);
  const changes = new Map(picker.changes).set(threadId, change && { ...before, ...change });
  const rows = picker.rows.flatMap((each) => {
    if (each.row.thread_id !== threadId) return [each];
    return change === null ? [] : [pickerRow({ ...each.row, ...change })];
  });
  const changed = refresh({ ...picker, rows, changes });
  if (changed.visible.some(({ thread_id }) => thread_id === picker.chosen)) return changed;
  // The one that has come in its place.
  const next = changed.visible[Math.min(at, changed.visible.length - 1)];
  return { ...changed, chosen: next?.thread_id ?? null, hasMoved: next !== undefined };
}

export function indexOfChosen({ visible, chosen }: Picker): number {
  return Math.max(
    0,
    visible.findIndex(({ thread_id }) => thread_id === chosen),
  );
}

export function chosenRow(picker: Picker): SessionRow | null {
  return picker.visible[indexOfChosen(picker)] ?? null;
}

/** What was done is said until the next key; what is being done, until it is done. */
function noticeOf({ isBusy, notice }: Picker): Notice | null {
  return isBusy ? notice : null;
}

function refresh(picker: Picker): Picker {
  const rows = inOrder(picker.rows, picker.view.sort);
  const visible = visibleRows(rows, picker.view);
  const isThere = picker.hasMoved && visible.some(({ thread_id }) => thread_id === picker.chosen);
  const chosen = isThere ? picker.chosen : (visible[0]?.thread_id ?? null);
  return { ...picker, rows, visible, chosen, hasMoved: isThere };
}
