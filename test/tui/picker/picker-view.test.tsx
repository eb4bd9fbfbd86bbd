import { render } from 'ink-testing-library';
import { describe, expect, it } from 'vitest';
import { helpOf } from '../../../src/tui/keys/key-map.ts';
import { pickerKeys } from '../../../src/tui/picker/picker-keys.ts';
import { addRows, endLoading, openPicker } from '../../../src/tui/picker/picker-state.ts';
import { lastKeysLine, PickerView } from '../../../src/tui/picker/picker-view.tsx';
import { displayWidth } from '../../../src/ui/text-width.ts';
import { rowOf } from './rows.ts';

const now = Date.UTC(2026, 0, 1, 3);
const rows = [
  rowOf(1, { name: 'fix the flaky test', cwd: '/w/a', git_branch: 'main', live: true }),
  rowOf(2, { first_message: '日本語のメッセージ'.repeat(20), cwd: '/w/a', forked_from_id: rowOf(1).thread_id }),
  rowOf(3, { first_message: 'a\u001b[31mred\u202e text\nof two lines', cwd: '/w/a', damage: ['TORN-TAIL'] }),
  rowOf(4, { name: '👩‍👩‍👧 שלום עולם', cwd: '/w/a/very/long/path/to/somewhere' }),
];
const all = openPicker({ cwd: '/w/a', all: true, withOthers: false });

describe('the view of the list', () => {
  it.each([
    [40, 12],
    [80, 24],
    [200, 60],
  ])('fits into %i x %i', (columns, height) => {
    const many = Array.from({ length: 200 }, (_, at) =>
      rowOf(at + 10, { ...rows[at % 4], thread_id: rowOf(at + 10).thread_id }),
    );
    for (const isPreviewShown of [false, true]) {
      const picker = { ...endLoading(addRows(all, many), null), isPreviewShown };
      const frame = frameOf(picker, columns, height);
      for (const line of frame) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
      expect(frame.length).toBeLessThan(height);
      expect(frame.join('')).not.toMatch(/\u001b\[31m|\u202e/);
    }
  });

  it('tells what there is to tell of a session', () => {
    const frame = frameOf(endLoading(addRows(all, rows), null), 120, 24);
    expect(frame).toMatchSnapshot();
  });

  it('tells what a session is a fork of', () => {
    const picker = endLoading(addRows(all, [rows[0], rows[1]] as typeof rows), null);
    const frame = frameOf({ ...picker, isPreviewShown: true }, 120, 24).join('\n');
    expect(frame).toContain('⑂ fork of fix the flaky test');
    expect(frame).toContain('● open · ⑂ fork');
    const orphan = endLoading(addRows(all, [rows[1]] as typeof rows), null);
    expect(frameOf({ ...orphan, isPreviewShown: true }, 80, 24).join('\n')).toContain(
      `⑂ fork of ${rowOf(1).thread_id}`,
    );
    expect(frameOf(picker, 120, 24).join('\n')).not.toContain('fork of');
  });

  it.each([
    [40, 12],
    [80, 24],
    [200, 60],
  ])('names the key that shows all keys, and shows them, in %i x %i', (columns, height) => {
    const picker = endLoading(addRows(all, rows), null);
    expect(frameOf(picker, columns, height).join('\n')).toContain('? all keys');
    const { view } = picker;
    expect(frameOf({ ...picker, view: { ...view, search: 'x' } }, columns, height).join('\n')).toContain('F1 all keys');
    const last = lastKeysLine(columns, height);
    const at = (from: number) => frameOf({ ...picker, mode: { kind: 'keys', from } }, columns, height);
    const seen = Array.from({ length: last + 1 }, (_, from) => at(from).join('\n')).join('\n');
    for (const { key, help } of helpOf(pickerKeys))
      expect(seen).toMatch(new RegExp(`${key.replace('?', '\\?')} +${help}`));
    for (const line of at(0)) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    expect(at(0)).toHaveLength(at(last).length);
    expect(at(0).length).toBeLessThan(height);
    if (height >= 24) expect(last).toBe(0);
  });

  it('says all of why something cannot be done, where a row is too short for it', () => {
    const text = '/work/a/folder/that/is/gone: is no folder to work in';
    const picker = { ...endLoading(addRows(all, rows), null), notice: { text, isError: true } };
    const frame = frameOf(picker, 40, 12);
    expect(frame.join('').replace(/\s/g, '')).toContain(text.replace(/\s/g, ''));
    expect(frame).toHaveLength(frameOf({ ...picker, notice: null }, 40, 12).length);
  });

  it('does not say that there are none while they are read', () => {
    expect(frameOf(all, 80, 24).join('\n')).toContain('loading…');
    expect(frameOf(all, 80, 24).join('\n')).not.toMatch(/no session/i);
    expect(frameOf(endLoading(all, null), 80, 24).join('\n')).toContain('There are no sessions in this home.');
    const here = openPicker({ cwd: '/none', all: false, withOthers: false });
    expect(frameOf(endLoading(addRows(here, rows), null), 100, 24).join('\n')).toContain(
      'Ctrl-A shows all directories',
    );
  });
});

function frameOf(picker: Parameters<typeof PickerView>[0]['picker'], columns: number, height: number): string[] {
  const { lastFrame } = render(<PickerView picker={picker} columns={columns} rows={height} now={now} />);
  return (lastFrame() as string).split('\n');
}
