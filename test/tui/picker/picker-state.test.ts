import { describe, expect, it } from 'vitest';
import { addRows, changeRow, chosenRow, openPicker, type Picker } from '../../../src/tui/picker/picker-state.ts';
import { type InnerEffect, runEffect } from '../../../src/tui/picker/run-effect.ts';
import { context, ESC, here, names, opened, portsThat, press, rows } from './pressing.ts';
import { rowOf } from './rows.ts';

describe('the list of sessions', () => {
  it('shows those of this directory that somebody sat at', () => {
    expect(names(opened())).toEqual([2, 1]);
  });

  it.each([
    ['\u0001', [3, 2, 1]],
    ['\u0018', [4, 2, 1]],
    ['\u000f', [6, 5, 2, 1]],
    ['\u0001\u0018\u000f', [6, 5, 4, 3, 2, 1]],
    ['\u0001\u0001', [2, 1]],
    ['PARSER', [1]],
    ['feature/x', [2]],
    ['tests add', [2]],
    ['nothing has this', []],
    [`parser\u0015`, [2, 1]],
    [`parserx\u007f`, [1]],
    [rowOf(2).thread_id.slice(0, 30), [2, 1]],
    [rowOf(2).thread_id.slice(-6), [2]],
    // Ids are no words: a few letters count at their beginning alone.
    ['01a2', [2, 1]],
    ['a20', []],
    ['\u0001ELSEWHERE', [3]],
  ])('after %j shows %j', (keys, expected) => {
    expect(names(press(opened(), keys)[0])).toEqual(expected);
  });

  it('sorts by creation or update', () => {
    const turned = addRows(openPicker({ cwd: here, all: true, withOthers: true }), [
      rowOf(1, { updated_at: '2026-01-09T00:00:00Z', created_at: '2026-01-01T00:00:00Z' }),
      rowOf(2, { updated_at: '2026-01-02T00:00:00Z', created_at: '2026-01-02T00:00:00Z' }),
    ]);
    expect(names(turned)).toEqual([1, 2]);
    expect(names(press(turned, '\t')[0])).toEqual([2, 1]);
  });

  it('keeps the chosen one while others arrive, and moves within the list', () => {
    const [moved] = press(opened(), `${ESC}[B`);
    expect(chosenRow(moved)?.thread_id).toBe(rowOf(1).thread_id);
    const more = addRows(moved, [rowOf(7, { cwd: here })]);
    expect(chosenRow(more)?.thread_id).toBe(rowOf(1).thread_id);
    expect(chosenRow(press(more, `${ESC}[H`)[0])?.thread_id).toBe(rowOf(7).thread_id);
    expect(chosenRow(press(more, `${ESC}[6~${ESC}[6~`)[0])?.thread_id).toBe(rowOf(1).thread_id);
  });

  it('chooses the first one, whatever comes, until a key has moved', () => {
    const some = addRows(openPicker({ cwd: here, all: false, withOthers: false }), [rowOf(2, { cwd: here })]);
    const more = addRows(some, [rowOf(3, { cwd: here }), rowOf(1, { cwd: here })]);
    expect(chosenRow(more)?.thread_id).toBe(rowOf(3).thread_id);
    const [typed] = press(more, '1\u007f');
    expect(chosenRow(addRows(typed, [rowOf(4, { cwd: here })]))?.thread_id).toBe(rowOf(4).thread_id);
    const [moved] = press(more, `${ESC}[B`);
    expect(chosenRow(addRows(moved, [rowOf(4, { cwd: here })]))?.thread_id).toBe(rowOf(2).thread_id);
  });

  it('does one thing with a session at a time, and looks around meanwhile', () => {
    const [busy, effects] = press(opened(), '\u0004\u0004\u0005\r');
    expect(effects).toEqual([{ kind: 'trash', threadId: rowOf(2).thread_id }]);
    expect(busy.notice?.text).toBe('moving it to the trash…');
    const [around, none] = press(busy, `\u0001${ESC}[B`);
    expect([around.notice?.text, none]).toEqual(['moving it to the trash…', []]);
    expect(press(busy, ESC)[1]).toEqual([{ kind: 'leave' }]);
  });

  it('takes back what went to the trash, the last one first, whatever was done since', async () => {
    const ports = portsThat({ trash: async (id) => ({ tx: `tx of ${id}`, threadIds: [id] }) });
    let picker = opened();
    for (const key of ['\u0004', '\u0004']) {
      const [next, [effect]] = press(picker, key);
      picker = (await runEffect(effect as InnerEffect, ports))(next);
    }
    expect([names(picker), picker.visible]).toEqual([[], []]);
    const [moved] = press(picker, `\u0001${ESC}[B`);
    const [back, effects] = press(moved, `${ESC}u`);
    expect(effects).toEqual([{ kind: 'restore', tx: `tx of ${rowOf(1).thread_id}` }]);
    const [again, more] = press((await runEffect(effects[0] as InnerEffect, ports))(back), `${ESC}u`);
    expect(names(again)).toEqual([3, 1]);
    expect(chosenRow(again)?.thread_id).toBe(rowOf(1).thread_id);
    expect(more).toEqual([{ kind: 'restore', tx: `tx of ${rowOf(2).thread_id}` }]);
  });

  it('says why something could not be done, and leaves the row as it is', async () => {
    const fail = async () => {
      throw new Error('it is open');
    };
    const ports = portsThat({ trash: fail, archive: fail, rename: fail });
    for (const keys of ['\u0004', '\u0005', '\u0012x\r']) {
      const [next, [effect]] = press(opened(), keys);
      const after = (await runEffect(effect as InnerEffect, ports))(next);
      expect(after).toMatchObject({ notice: { text: 'it is open', isError: true }, isBusy: false });
      expect(names(after)).toEqual([2, 1]);
    }
  });

  it('has a row once that comes again, as it came last', () => {
    const again = addRows(opened(), [rowOf(1, { cwd: here }), rowOf(1, { name: 'another name', cwd: here })]);
    expect(names(again)).toEqual([2, 1]);
    expect(again.visible[1]?.name).toBe('another name');
  });

  it('finds a letter however it is put together with its marks', () => {
    const some = addRows(opened(), [rowOf(7, { cwd: here, name: 'the CAF\u00c9' })]);
    expect(names(press(some, 'cafe\u0301')[0])).toEqual([7]);
  });

  it('does not fall back when something comes that was read before it was changed', async () => {
    const ports = portsThat({
      trash: async (id) => ({ tx: 'tx', threadIds: [id] }),
      archive: async (id) => [id],
      unarchive: async (id) => [id],
      rename: async () => ['another one has this name'],
    });
    const done = async (start: Picker, keys: string) => {
      const [next, [effect]] = press(start, keys);
      return (await runEffect(effect as InnerEffect, ports))(next);
    };
    const trashed = addRows(await done(opened(), '\u0004'), rows);
    expect(names(trashed)).toEqual([1]);
    const renamed = addRows(await done(trashed, '\u0012\u0015new\r'), rows);
    expect(renamed.visible[0]?.name).toBe('new');
    expect(renamed.notice).toEqual({ text: 'renamed; another one has this name', isError: false });
    const archived = addRows(await done(renamed, '\u0005'), rows);
    expect(names(archived)).toEqual([]);
    expect(names(press(archived, '\u0018')[0])).toEqual([4, 1]);
    const back = addRows(await done(archived, `${ESC}u`), rows);
    expect(names(back)).toEqual([1]);
    const restored = addRows(await done(back, `${ESC}u`), rows);
    expect(names(restored)).toEqual([2, 1]);
  });

  it('resumes and forks what is chosen', () => {
    expect(press(opened(), '\r')[1]).toEqual([{ kind: 'resume', threadId: rowOf(2).thread_id, cwd: here }]);
    expect(press(opened(), '\u0006')[1]).toEqual([{ kind: 'fork', threadId: rowOf(2).thread_id, cwd: here }]);
    expect(press(opened(), 'nothing has this\r')[1]).toEqual([]);
  });

  it('asks which directory to use, and remembers it on request', () => {
    const threadId = rowOf(3).thread_id;
    const [asking, look] = press(opened(), `\u0001${ESC}[H\r`);
    expect([asking.mode.kind, look]).toEqual(['folder', [{ kind: 'look', cwd: '/work/else' }]]);
    expect(press(asking, 's')[1]).toEqual([{ kind: 'resume', threadId, cwd: '/work/else' }]);
    expect(press(asking, 'c')[1]).toEqual([{ kind: 'resume', threadId, cwd: here }]);
    expect(press(asking, 'C')[1]).toEqual([
      { kind: 'remember', choice: 'current' },
      { kind: 'resume', threadId, cwd: here },
    ]);
    expect(press(asking, `${ESC}`)[0].mode.kind).toBe('list');
    const always = { ...context, folderChoice: 'current' as const };
    expect(press(opened(), `\u0001${ESC}[H\r`, always)[1]).toEqual([{ kind: 'resume', threadId, cwd: here }]);
  });

  it('does not resume what is archived', () => {
    const [picker, effects] = press(opened(), `\u0018${ESC}[H\r`);
    expect(effects).toEqual([]);
    expect(picker.notice?.text).toContain('Ctrl-E');
    expect(press(picker, '\u0005')[1]).toEqual([{ kind: 'unarchive', threadId: rowOf(4).thread_id, only: null }]);
  });

  it('renames', () => {
    const [renaming] = press(opened(), '\u0012');
    expect(renaming.mode).toMatchObject({ kind: 'rename', text: '' });
    expect(press(renaming, 'a name\r')[1]).toEqual([{ kind: 'rename', threadId: rowOf(2).thread_id, name: 'a name' }]);
    expect(press(renaming, `x${ESC}`)[1]).toEqual([]);
    expect(press(renaming, '  \r')[1]).toEqual([]);
  });

  it('clears the search first, and leaves then', () => {
    const [cleared, none] = press(opened(), `parser${ESC}`);
    expect([cleared.view.search, none]).toEqual(['', []]);
    expect(press(cleared, ESC)[1]).toEqual([{ kind: 'leave' }]);
  });

  it('goes on with the next one when a row has gone', () => {
    const gone = changeRow(opened(), rowOf(2).thread_id, null);
    expect(names(gone)).toEqual([1]);
    expect(chosenRow(gone)?.thread_id).toBe(rowOf(1).thread_id);
  });

  it('holds 100,000 sessions, and searches them within a moment', () => {
    const many = Array.from({ length: 100_000 }, (_, at) =>
      rowOf(at + 1, { cwd: here, first_message: `message <${at}> ${'x'.repeat(1000)}` }),
    );
    const full = addRows(openPicker({ cwd: here, all: false, withOthers: false }), many);
    expect(full.visible.length).toBe(100_000);
    expect(names(press(full, 'message <4242>')[0])).toEqual([4243]);
    expect(full.rows[0]?.row.first_message?.length).toBe(240);
  });
});
