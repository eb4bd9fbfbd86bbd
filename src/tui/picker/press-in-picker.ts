import { oneLine } from '../../base/safe-text.ts';
import type { SessionRow } from '../../model/live-session.ts';
import { type Key, nameOf } from '../keys/key.ts';
import { actionOf } from '../keys/key-map.ts';
import { folderKeys, goneKeys, type PickerAct, pickerKeys, readKeys } from './picker-keys.ts';
import { chosenRow, type FolderMode, lookAt, moveBy, type Picker } from './picker-state.ts';

/** What is to be done outside of the list. */
export type PickerEffect =
  // The directory is null where nobody knows to which one the session belongs.
  | { kind: 'resume'; threadId: string; cwd: string | null }
  | { kind: 'fork'; threadId: string; cwd: string | null }
  | { kind: 'rename'; threadId: string; name: string }
  | { kind: 'trash'; threadId: string }
  /** `only` of what was moved before, which is taken back; null moves it with all that it spawned. */
  | { kind: 'archive' | 'unarchive'; threadId: string; only: readonly string[] | null }
  | { kind: 'restore'; tx: string }
  | { kind: 'remember'; choice: 'session' | 'current' }
  /** Whether that directory of the question is there. */
  | { kind: 'look'; cwd: string }
  | { kind: 'leave' };

export interface PickerContext {
  /** Where the program works. */
  cwd: string;
  /** Rows of the list that fit on the screen. */
  page: number;
  /** The first line of all keys that can be at the top, for the last one to be shown. */
  lastKeys: number;
  folderChoice: 'ask' | 'session' | 'current';
}

type Pressed = [picker: Picker, ...effects: PickerEffect[]];

export function pressInPicker(picker: Picker, key: Key, context: PickerContext): Pressed {
  const { mode } = picker;
  if (mode.kind === 'rename') return pressInRename(picker, mode, key);
  if (mode.kind === 'folder') return pressInFolder(picker, mode, key, context.cwd);
  if (mode.kind === 'keys') return [pressInKeys(picker, mode.from, key, context.lastKeys)];
  const isAsked = key.name === 'text' && key.text === '?' && picker.view.search === '';
  if ((key.name === 'text' || key.name === 'paste') && !isAsked) {
    return [lookAt(picker, { search: picker.view.search + oneLine(key.text) })];
  }
  const action = actionOf(pickerKeys, key);
  return action === null ? [picker] : act(picker, action, context);
}

function act(picker: Picker, action: PickerAct, context: PickerContext): Pressed {
  const { view } = picker;
  const chosen = chosenRow(picker);
  switch (action) {
    case 'up':
      return [moveBy(picker, -1)];
    case 'down':
      return [moveBy(picker, 1)];
    case 'page-up':
      return [moveBy(picker, -context.page)];
    case 'page-down':
      return [moveBy(picker, context.page)];
    case 'first':
      return [moveBy(picker, -Infinity)];
    case 'last':
      return [moveBy(picker, Infinity)];
    case 'sort':
      return [lookAt(picker, { sort: view.sort === 'updated' ? 'created' : 'updated' })];
    case 'scope':
      return [lookAt(picker, { cwd: view.cwd === null ? context.cwd : null })];
    case 'archived':
      return [lookAt(picker, { withArchived: !view.withArchived })];
    case 'others':
      return [lookAt(picker, { withOthers: !view.withOthers })];
    case 'preview':
      return [{ ...picker, isPreviewShown: !picker.isPreviewShown }];
    case 'delete-back':
      return [lookAt(picker, { search: [...view.search].slice(0, -1).join('') })];
    case 'delete-word':
      return [lookAt(picker, { search: view.search.trimEnd().replace(/\S+$/, '') })];
    case 'clear':
      return [lookAt(picker, { search: '' })];
    case 'leave':
      return view.search === '' ? [picker, { kind: 'leave' }] : [lookAt(picker, { search: '' })];
    case 'keys':
      return [{ ...picker, mode: { kind: 'keys', from: 0 } }];
    case 'undo':
      return takeBack(picker);
    default:
      return chosen === null || picker.isBusy ? [picker] : actOn(picker, chosen, action, context);
  }
}

function actOn(
  picker: Picker,
  row: SessionRow,
  action: 'resume' | 'fork' | 'rename' | 'archive' | 'trash',
  context: PickerContext,
): Pressed {
  const threadId = row.thread_id;
  if (action === 'rename')
    return [{ ...picker, mode: { kind: 'rename', threadId, text: row.name ?? '' }, notice: null }];
  if (action === 'trash') return [busyWith(picker, 'moving it to the trash…'), { kind: 'trash', threadId }];
  if (action === 'archive') {
    const kind = row.archived ? 'unarchive' : 'archive';
    return [busyWith(picker, row.archived ? 'bringing it back…' : 'archiving it…'), { kind, threadId, only: null }];
  }
  if (action === 'resume' && row.archived) {
    return [{ ...picker, notice: { text: 'it is archived: Ctrl-E brings it back', isError: true } }];
  }
  const isElsewhere = row.cwd !== null && row.cwd !== context.cwd;
  // It may have worked elsewhere in between: what is said here of where it belongs is what counts.
  if (!isElsewhere || context.folderChoice === 'session') return [picker, { kind: action, threadId, cwd: row.cwd }];
  if (context.folderChoice === 'current') return [picker, { kind: action, threadId, cwd: context.cwd }];
  const cwd = row.cwd as string;
  const mode: FolderMode = { kind: 'folder', threadId, act: action, cwd, isGone: false };
  return [
    { ...picker, mode, notice: null },
    { kind: 'look', cwd },
  ];
}

function takeBack(picker: Picker): Pressed {
  if (picker.isBusy) return [picker];
  const last = picker.done.at(-1);
  if (!last) return [{ ...picker, notice: { text: 'there is nothing to take back', isError: false } }];
  const busy = busyWith(picker, 'taking it back…');
  if (last.kind === 'trash') return [busy, { kind: 'restore', tx: last.tx }];
  const { threadId, threadIds, archived } = last;
  return [busy, { kind: archived ? 'unarchive' : 'archive', threadId, only: threadIds }];
}

/** What is done next has to wait for what is being done; looking around has not. */
function busyWith(picker: Picker, text: string): Picker {
  return { ...picker, isBusy: true, notice: { text, isError: false } };
}

function pressInKeys(picker: Picker, from: number, key: Key, last: number): Picker {
  const action = actionOf(readKeys, key);
  if (action === null) return { ...picker, mode: { kind: 'list' } };
  const to = Math.max(0, Math.min(from + (action === 'up' ? -1 : 1), last));
  return { ...picker, mode: { kind: 'keys', from: to } };
}

function pressInFolder(picker: Picker, mode: FolderMode, key: Key, here: string): Pressed {
  const action = mode.isGone ? actionOf(goneKeys, key) : actionOf(folderKeys, key);
  if (action === null) return [picker];
  const back: Picker = { ...picker, mode: { kind: 'list' } };
  if (action === 'back') return [back];
  const choice = action.endsWith('session') ? 'session' : 'current';
  const { act: kind, threadId } = mode;
  const remember = action.startsWith('always') ? [{ kind: 'remember', choice } as const] : [];
  return [back, ...remember, { kind, threadId, cwd: choice === 'session' ? mode.cwd : here }];
}

function pressInRename(picker: Picker, mode: Picker['mode'] & { kind: 'rename' }, key: Key): Pressed {
  const { threadId, text } = mode;
  const back: Picker = { ...picker, mode: { kind: 'list' } };
  const withText = (next: string): Pressed => [{ ...picker, mode: { ...mode, text: next } }];
  if (key.name === 'text' || key.name === 'paste') return withText(text + oneLine(key.text));
  switch (nameOf(key)) {
    case 'enter':
      return text.trim() === ''
        ? [back]
        : [busyWith(back, 'renaming it…'), { kind: 'rename', threadId, name: text.trim() }];
    case 'escape':
    case 'ctrl-c':
      return [back];
    case 'backspace':
    case 'ctrl-h':
      return withText([...text].slice(0, -1).join(''));
    case 'ctrl-w':
    case 'alt-backspace':
      return withText(text.trimEnd().replace(/\S+$/, ''));
    case 'ctrl-u':
      return withText('');
    default:
      return [picker];
  }
}
