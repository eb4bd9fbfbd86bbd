import { count } from '../../base/amounts.ts';
import type { ScreenPorts } from '../../model/live-session.ts';
import { wordsOf } from '../words.ts';
import { changeRow, type Done, type Picker } from './picker-state.ts';
import type { PickerEffect } from './press-in-picker.ts';

/** What is done with sessions from within the list; what leads out of it is not done here. */
export type InnerEffect = Exclude<PickerEffect, { kind: 'resume' | 'fork' | 'leave' | 'remember' | 'look' }>;

/** Does it, and gives the change to the list that follows. Never throws. */
export async function runEffect(
  effect: InnerEffect,
  { sessions }: Pick<ScreenPorts, 'sessions'>,
): Promise<(picker: Picker) => Picker> {
  try {
    return await run(effect, sessions);
  } catch (error) {
    return told(wordsOf(error), { isError: true });
  }
}

async function run(effect: InnerEffect, sessions: ScreenPorts['sessions']): Promise<(picker: Picker) => Picker> {
  switch (effect.kind) {
    case 'rename': {
      const { threadId, name } = effect;
      const said = await sessions.rename(threadId, name);
      return (picker) => told(['renamed', ...said].join('; '))(changeRow(picker, threadId, { name }));
    }
    case 'archive':
    case 'unarchive': {
      const { kind, threadId, only } = effect;
      const archived = kind === 'archive';
      const threadIds = await sessions[kind](threadId, only ?? undefined);
      return (picker) => {
        const changed = changeRows(picker, [...threadIds, threadId], { archived });
        if (only !== null) return told('taken back')({ ...changed, done: picker.done.slice(0, -1) });
        const text = archived ? 'archived; Ctrl-X shows it' : 'brought back';
        // Somebody else may have done it meanwhile.
        if (threadIds.length === 0) return told(text)(changed);
        const done: Done = { kind: 'archive', threadId, threadIds, archived };
        return told(text)({ ...changed, done: [...picker.done, done] });
      };
    }
    case 'trash': {
      const { threadId } = effect;
      const { tx, threadIds } = await sessions.trash(threadId);
      return (picker) => {
        const ids = new Set([...threadIds, threadId]);
        const rows = picker.rows.filter(({ row }) => ids.has(row.thread_id));
        const gone = changeRows(picker, ids, null);
        const more = rows.length > 1 ? `, with ${count(rows.length - 1, 'session')} that it spawned` : '';
        const text = `moved to the trash${more}; Alt-U takes it back`;
        return told(text)({ ...gone, done: [...picker.done, { kind: 'trash', tx, rows, threadId, threadIds: ids }] });
      };
    }
    case 'restore': {
      const { tx } = effect;
      await sessions.restore(tx);
      return (picker) => {
        const isIt = (each: Done) => each.kind === 'trash' && each.tx === tx;
        const it = picker.done.find(isIt);
        const done = picker.done.filter((each) => !isIt(each));
        if (it?.kind !== 'trash') return told('taken back')({ ...picker, done });
        const others = picker.rows.filter(({ row }) => !it.threadIds.has(row.thread_id));
        const back = { ...picker, rows: [...others, ...it.rows], done, chosen: it.threadId, hasMoved: true };
        return told('taken back')(changeRows(back, it.threadIds, {}));
      };
    }
  }
}

function changeRows(picker: Picker, ids: Iterable<string>, change: Parameters<typeof changeRow>[2]): Picker {
  let changed = picker;
  for (const id of ids) changed = changeRow(changed, id, change);
  return changed;
}

function told(text: string, { isError = false } = {}): (picker: Picker) => Picker {
  return (picker) => ({ ...picker, notice: { text, isError }, isBusy: false });
}
