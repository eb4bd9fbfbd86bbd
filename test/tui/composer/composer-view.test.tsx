import { render } from 'ink-testing-library';
import { describe, expect, it } from 'vitest';
import { ChoicesView } from '../../../src/tui/composer/choices-view.tsx';
import { composerWith, emptyComposer, move } from '../../../src/tui/composer/composer-state.ts';
import { ComposerView } from '../../../src/tui/composer/composer-view.tsx';
import { displayWidth } from '../../../src/ui/text-width.ts';

describe('the view of the composer', () => {
  it.each([20, 40, 80])('shows a hint in %i columns', (columns) => {
    const { lastFrame } = render(
      <ComposerView composer={emptyComposer} columns={columns} rows={5} hint="ask anything, / for commands" />,
    );
    expect(lastFrame()).toMatch(/^› {2,3}ask any/);
    expect(displayWidth(lastFrame() as string)).toBeLessThan(columns);
  });

  it('shows emoji, wide characters and hostile text within its columns', () => {
    const text = `${'日本語'.repeat(8)} 👩‍👩‍👧 שלום \u001b[31mred\u202e`;
    const { lastFrame } = render(<ComposerView composer={composerWith(text)} columns={40} rows={9} hint="" />);
    const frame = lastFrame() as string;
    for (const row of frame.split('\n')) expect(displayWidth(row)).toBeLessThanOrEqual(40);
    expect(frame).not.toContain('\u001b[31m');
    expect(frame).not.toContain('\u202e');
  });

  it('keeps the row of the cursor in sight', () => {
    const text = Array.from({ length: 30 }, (_, row) => `row ${row}`).join('\n');
    const frame = (cursor: number) =>
      render(<ComposerView composer={move(composerWith(text), cursor)} columns={40} rows={5} hint="" />).lastFrame();
    expect(frame(text.length)).toBe(
      ['  ↑ 25 more', '  row 25', '  row 26', '  row 27', '  row 28', '  row 29'].join('\n'),
    );
    expect(frame(0)).toContain('↓ 25 more');
    expect(frame(text.indexOf('row 15'))).toContain('row 15');
  });
});

describe('the view of choices', () => {
  it('shows some of them, with the chosen one among them', () => {
    const choices = Array.from({ length: 20 }, (_, at) => ({ name: `name-${at}`, about: 'what it does '.repeat(9) }));
    const { lastFrame } = render(<ChoicesView choices={choices} chosen={12} columns={40} rows={4} />);
    const rows = (lastFrame() as string).split('\n');
    expect(rows.map((row) => row.slice(0, 9))).toEqual(['  name-10', '  name-11', '▸ name-12', '  ↑ ↓ 17 ']);
    for (const row of rows) expect(displayWidth(row)).toBeLessThanOrEqual(40);
  });
});
