import { describe, expect, it } from 'vitest';
import { addRows, endLoading, type FolderMode, openAgain, type Picker } from '../../../src/tui/picker/picker-state.ts';
import { type InnerEffect, runEffect } from '../../../src/tui/picker/run-effect.ts';
import { ESC, here, names, opened, portsThat, press, rows } from './pressing.ts';
import { rowOf } from './rows.ts';

describe('what is done from the list of sessions', () => {
  it('offers this directory alone where the other is gone', () => {
    const [asking] = press(opened(), `\u0001${ESC}[H\r`);
    const gone = { ...asking, mode: { ...(asking.mode as FolderMode), isGone: true } };
    for (const key of ['s', 'S', 'C']) expect(press(gone, key)).toEqual([gone, []]);
    for (const key of ['c', '\r']) {
      expect(press(gone, key)[1]).toEqual([{ kind: 'resume', threadId: rowOf(3).thread_id, cwd: here }]);
    }
    const [back] = press(gone, ESC);
    expect(back).toMatchObject({ mode: { kind: 'list' }, view: { cwd: null }, chosen: rowOf(3).thread_id });
  });

  it('is as it was after a choice that could not be done, without what is gone since', () => {
    const [before] = press(opened(), `\u0001\u0018\te${ESC}[B`);
    expect(names(before)).toEqual([4, 3, 2, 1]);
    const again = openAgain(before);
    expect(again).toMatchObject({ view: before.view, chosen: rowOf(3).thread_id, isLoading: true });
    expect(names(again)).toEqual([4, 3, 2, 1]);
    const come = addRows(
      again,
      rows.filter(({ thread_id }) => thread_id !== rowOf(2).thread_id),
    );
    expect(names(come)).toEqual([4, 3, 2, 1]);
    expect(names(endLoading(come, 'cannot be read'))).toEqual([4, 3, 2, 1]);
    const ended = endLoading(come, null);
    expect([names(ended), ended.chosen]).toEqual([[4, 3, 1], rowOf(3).thread_id]);
  });

  it('has the rows gone and back of all that goes along', async () => {
    const [parent, child] = [rowOf(1).thread_id, rowOf(6).thread_id];
    const all = async () => [parent, child];
    const trash = async () => ({ tx: 'tx', threadIds: [child, parent] });
    const ports = portsThat({ trash, archive: all, unarchive: all });
    const done = async (start: Picker, keys: string) => {
      const [next, [effect]] = press(start, keys);
      return (await runEffect(effect as InnerEffect, ports))(next);
    };
    const [start] = press(opened(), `\u000f${ESC}[F`);
    expect(names(start)).toEqual([6, 5, 2, 1]);
    const trashed = await done(start, '\u0004');
    expect(names(trashed)).toEqual([5, 2]);
    expect(trashed.notice?.text).toContain('with 1 session that it spawned');
    // What was read before comes late.
    expect(names(addRows(trashed, rows))).toEqual([5, 2]);
    const back = await done(trashed, `${ESC}u`);
    expect([names(back), back.chosen]).toEqual([[6, 5, 2, 1], parent]);
    const archived = await done(back, '\u0005');
    expect(names(archived)).toEqual([5, 2]);
    expect(names(await done(archived, `${ESC}u`))).toEqual([6, 5, 2, 1]);
  });

  it('takes back what was archived or brought back, once, and says when there is nothing', async () => {
    const calls: string[] = [];
    const note = (what: string) => async (id: string) => {
      calls.push(what);
      return [id];
    };
    const ports = portsThat({ archive: note('archive'), unarchive: note('unarchive') });
    let [picker] = press(opened(), '\u0018');
    for (const key of ['\u0005', `${ESC}[B\u0005`, `${ESC}u`, `${ESC}u`]) {
      const [next, [effect]] = press(picker, key);
      picker = (await runEffect(effect as InnerEffect, ports))(next);
    }
    expect(calls).toEqual(['unarchive', 'archive', 'unarchive', 'archive']);
    expect(picker.visible.map(({ archived }) => archived)).toEqual([true, false, false]);
    const [none, effects] = press(picker, `${ESC}u`);
    expect([none.notice?.text, effects]).toEqual(['there is nothing to take back', []]);
  });

  it('shows all keys, and a question mark is searched for once something else is', () => {
    for (const key of ['?', `${ESC}OP`]) {
      const [keys] = press(opened(), key);
      expect(keys.mode).toEqual({ kind: 'keys', from: 0 });
      expect(press(keys, `${ESC}[B${ESC}[B${ESC}[A`)[0].mode).toEqual({ kind: 'keys', from: 1 });
      expect(press(keys, `${ESC}[B`.repeat(9))[0].mode).toEqual({ kind: 'keys', from: 3 });
      expect(press(keys, 'x')[0]).toMatchObject({ mode: { kind: 'list' }, view: { search: '' } });
      expect(press(keys, ESC)[1]).toEqual([]);
    }
    expect(press(opened(), 'a?')[0].view.search).toBe('a?');
    expect(press(opened(), `a${ESC}OP`)[0].mode.kind).toBe('keys');
  });
});
