import type { ModelItem } from '../../model/history.ts';
import type { ChangedFile } from '../tools/note.ts';
import type { CommandRun, FileChange, UserInput } from './recorder.ts';

/** What one line records. */
export interface Entry {
  type: 'session_meta' | 'turn_context' | 'response_item' | 'event_msg' | 'compacted';
  payload: { type?: string; [key: string]: unknown };
}

/** How a dialect says what the dialects say in different ways. */
export interface DialectRecords {
  userMessage(input: UserInput, item: ModelItem, scene: Scene): Entry[];
  item(item: ModelItem, scene: Scene): Entry[];
  command(command: CommandRun, scene: Scene): Entry[];
  fileChange(change: FileChange, scene: Scene): Entry[];
  compacted(message: string, items: readonly ModelItem[], scene: Scene): Entry[];
}

/** Where and when something happens. */
export interface Scene {
  threadId: string;
  /** Of the turn that was begun last; the thread's own before the first. */
  turnId: string;
  /** Milliseconds since the epoch. */
  now: number;
  newId(): string;
}

export function responseItem(item: ModelItem): Entry {
  return { type: 'response_item', payload: item };
}

export function eventMsg(type: string, fields: object): Entry {
  return { type: 'event_msg', payload: { type, ...fields } };
}

/** Changes by path, as Codex writes them; cut where all of them would make a line that is too long to be read back. */
export function fileEdits(changes: FileChange['changes']): { [path: string]: object } {
  let left = mostCharacters;
  const cut = (text: string) => {
    const room = left;
    left -= Math.min(room, text.length);
    return text.length <= room ? text : `${text.slice(0, room)}\n[… ${text.length - room} characters left out …]\n`;
  };
  return Object.fromEntries(Object.entries(changes).map(([path, edit]) => [path, fileEdit(edit, cut)]));
}

/** Each takes up to six bytes. */
const mostCharacters = 4 * 1024 * 1024;

function fileEdit(edit: ChangedFile, cut: (text: string) => string): object {
  if (edit.type !== 'update') return { type: edit.type, content: cut(edit.content) };
  return { type: 'update', unified_diff: cut(edit.unified_diff), move_path: edit.move_path };
}
