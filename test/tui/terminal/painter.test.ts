import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { createPainter } from '../../../src/tui/terminal/painter.ts';
import { DrawnScreen } from '../../support/drawn-screen.ts';

describe('the painter', () => {
  it('draws frames below what was printed, and prints above them', async () => {
    const { screen, painter } = start({ columns: 20, rows: 5 });
    painter.draw('one\ntwo');
    await frame();
    painter.print('printed 1\nprinted 2\n');
    painter.draw('one\nTWO\nthree');
    await frame();
    expect(screen.all()).toEqual(['printed 1', 'printed 2', 'one', 'TWO', 'three']);
    painter.print('printed 3\n');
    painter.draw('one');
    await frame();
    expect(screen.all()).toEqual(['printed 1', 'printed 2', 'printed 3', 'one']);
    painter.close();
    expect(screen.all()).toEqual(['printed 1', 'printed 2', 'printed 3']);
    expect(screen.isCursorHidden).toBe(false);
  });

  it('writes only the rows that are others', async () => {
    const { screen, painter } = start({ columns: 20, rows: 9 });
    painter.draw('first\nsecond\nthird');
    await frame();
    const before = screen.written().length;
    painter.draw('first\nchanged\nthird');
    await frame();
    const change = screen.written().slice(before);
    expect(change).toContain('changed');
    expect(change).not.toMatch(/first|third/);
    const same = screen.written().length;
    painter.draw('first\nchanged\nthird');
    await frame();
    expect(screen.written().length).toBe(same);
  });

  it('never erases what is above', async () => {
    const { screen, painter } = start({ columns: 20, rows: 6 });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 30 }), async (acts) => {
        const printed: string[] = [];
        const before = screen.all().length;
        let shown: string[] = [];
        for (const { kind, rows, size } of acts) {
          if (kind === 'draw') {
            shown = rows;
            painter.draw(rows.join('\n'));
          } else if (kind === 'print') {
            printed.push(...rows);
            painter.print(rows.map((row) => `${row}\n`).join(''));
          } else screen.resize(14 + size, 2 + size);
          if (kind === 'resize') painter.redraw();
          if (size % 2 === 0) await frame();
        }
        painter.draw('');
        await frame();
        expect(screen.all().slice(before)).toEqual(printed);
        expect(shown.length).toBeGreaterThanOrEqual(0);
        // The next begins below.
        painter.print('--\n');
        await frame();
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  it('leaves nothing behind where a terminal keeps all that is erased at once', async () => {
    const { screen, painter } = start({ columns: 20, rows: 4 });
    painter.draw('live\nrows');
    await frame();
    painter.print('printed\n');
    await frame();
    painter.draw('');
    await frame();
    painter.draw('1\n2\n3\n4');
    await frame();
    painter.draw('end');
    await frame();
    painter.redraw();
    await frame();
    expect(screen.all()).toEqual(['printed', 'end']);
    painter.close();
    expect(screen.all()).toEqual(['printed']);
  });

  it('cuts a frame that does not fit, from above', async () => {
    const { screen, painter } = start({ columns: 20, rows: 3 });
    painter.print('printed\n');
    painter.draw('1\n2\n3\n4\n5');
    await frame();
    expect(screen.shown()).toEqual(['3', '4', '5']);
    painter.draw('end');
    await frame();
    expect(screen.all()).toEqual(['printed', 'end']);
  });

  it('uses the other screen and comes back', async () => {
    const { screen, painter } = start({ columns: 20, rows: 5 });
    painter.print('printed\n');
    painter.draw('line');
    await frame();
    painter.toOther(true);
    painter.draw('over\nit');
    painter.print('meanwhile\n');
    await frame();
    expect(screen.isOther).toBe(true);
    expect(screen.shown().slice(0, 3)).toEqual(['over', 'it', '']);
    painter.toOther(false);
    painter.draw('line');
    await frame();
    expect(screen.isOther).toBe(false);
    expect(screen.all()).toEqual(['printed', 'meanwhile', 'line']);
  });

  it('leaves the other screen when it ends there', async () => {
    const { screen, painter } = start({ columns: 20, rows: 5 });
    painter.toOther(true);
    painter.print('last words\n');
    painter.close();
    expect(screen.isOther).toBe(false);
    expect(screen.all()).toEqual(['last words']);
  });

  it('knows no colours where there are none, but the cursor', async () => {
    const { screen, painter } = start({ columns: 20, rows: 5, isPlain: true });
    painter.draw('\u001b[1mbold\u001b[22m \u001b[31mred\u001b[39m \u001b[7m \u001b[27m');
    await frame();
    expect(screen.written()).toContain('bold red \u001b[7m \u001b[27m');
    expect(screen.written()).not.toMatch(/\u001b\[(?:1|22|31|39)m/);
  });
});

const row = fc.constantFrom('', 'a', 'row', 'a longer row', '日本語', 'é');
const act = fc.record({
  kind: fc.constantFrom('draw', 'draw', 'print', 'resize'),
  rows: fc.array(
    row.map((text) => `${text}.`),
    { minLength: 1, maxLength: 8 },
  ),
  size: fc.nat(10),
});

function start({ columns, rows, isPlain = false }: { columns: number; rows: number; isPlain?: boolean }) {
  const screen = new DrawnScreen({ columns, rows });
  return { screen, painter: createPainter({ screen, clock: systemClock, isOther: false, isPlain }) };
}

function frame(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 45));
}
