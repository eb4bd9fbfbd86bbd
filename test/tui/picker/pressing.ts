import type { ScreenPorts, SessionPort, SessionRow } from '../../../src/model/live-session.ts';
import { KeyParser } from '../../../src/tui/keys/parse-keys.ts';
import { addRows, endLoading, openPicker, type Picker } from '../../../src/tui/picker/picker-state.ts';
import { type PickerContext, type PickerEffect, pressInPicker } from '../../../src/tui/picker/press-in-picker.ts';
import { rowOf } from './rows.ts';

export const ESC = '\u001b';
export const here = '/work/here';
export const context: PickerContext = { cwd: here, page: 5, lastKeys: 3, folderChoice: 'ask' };

export const rows: SessionRow[] = [
  rowOf(1, { name: 'fix the parser', cwd: here }),
  rowOf(2, { first_message: 'Add TESTS please', cwd: here, git_branch: 'feature/x' }),
  rowOf(3, { cwd: '/work/else', first_message: 'elsewhere' }),
  rowOf(4, { cwd: here, archived: true, name: 'old parser' }),
  rowOf(5, { cwd: here, source: 'exec', name: 'from cron' }),
  rowOf(6, { cwd: here, parent_thread_id: rowOf(1).thread_id, name: 'a sub-agent' }),
];

export function portsThat(sessions: Partial<SessionPort>): Pick<ScreenPorts, 'sessions'> {
  const nothing = async () => {};
  return { sessions: { restore: nothing, ...sessions } as SessionPort };
}

export function opened(): Picker {
  return endLoading(addRows(openPicker({ cwd: here, all: false, withOthers: false }), rows), null);
}

export function press(start: Picker, keys: string, by = context): [Picker, PickerEffect[]] {
  const parser = new KeyParser();
  const done: PickerEffect[] = [];
  let picker = start;
  for (const key of [...parser.push(Buffer.from(keys)), ...parser.flush()]) {
    const [next, ...effects] = pressInPicker(picker, key, by);
    picker = next;
    done.push(...effects);
  }
  return [picker, done];
}

export function names({ visible }: Picker): number[] {
  return visible.map(({ thread_id }) => Number(thread_id.slice(-6)));
}
