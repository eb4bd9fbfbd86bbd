import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import { noColours } from '../../../src/ui/colour.ts';
import { displayWidth } from '../../../src/ui/text-width.ts';
import { createPage } from '../../../src/ui/transcript/page.ts';
import { leads, paragraph, span } from '../../../src/ui/transcript/paragraph.ts';
import { msg, rowsOf, transcriptOf } from './events.ts';

const say = (text: string, columns: number) => rowsOf([msg('AgentMessage', { text })], { columns });

describe('a page', () => {
  it('breaks at spaces, under a hanging indent', () => {
    expect(say('one two three four five six', 20)).toEqual(['• one two three four', '  five six']);
  });

  it('breaks inside what has no space near the margin', () => {
    expect(say(`a ${'b'.repeat(30)}`, 20)).toEqual([`• a ${'b'.repeat(16)}`, `  ${'b'.repeat(14)}`]);
  });

  it('swallows one space at a break, also behind wide characters', () => {
    expect(say(`${'x'.repeat(18)}  y`, 20)).toEqual([`• ${'x'.repeat(18)}`, '   y']);
    expect(say(`${'界'.repeat(9)}  y`, 20)).toEqual([`• ${'界'.repeat(9)}`, '   y']);
    expect(say(`${'界'.repeat(9)} `, 20)).toEqual([`• ${'界'.repeat(9)}`]);
    expect(say(`${'x'.repeat(18)} `, 20)).toEqual([`• ${'x'.repeat(18)}`]);
  });

  it('counts two columns for a wide character, and keeps what is drawn as one together', () => {
    expect(say('世界'.repeat(5), 20)).toEqual(['• 世界世界世界世界世', '  界']);
    expect(say('👩‍👩‍👧‍👦'.repeat(10), 20)).toEqual([`• ${'👩‍👩‍👧‍👦'.repeat(9)}`, '  👩‍👩‍👧‍👦']);
    expect(say(`${'e\u0301'.repeat(19)}`, 20)).toEqual([`• ${'e\u0301'.repeat(18)}`, '  e\u0301']);
  });

  it('knows how wide each character is', () => {
    const everyCharacter = Array.from({ length: 0x3100 - 0x20 }, (_, index) => String.fromCodePoint(index + 0x20));
    const visible = everyCharacter.filter((each) => /^[\p{L}\p{N}\p{P}\p{S}\p{M}]$/u.test(each));
    const tooWide = visible.filter((each) => say(each.repeat(24), 20).some((row) => displayWidth(row) > 20));
    const tooNarrow = visible.filter((each) => displayWidth(each) === 1 && say(each.repeat(18), 20).length > 1);
    expect({ tooWide, tooNarrow }).toEqual({ tooWide: [], tooNarrow: [] });
  });

  it('expands TABs to columns of eight, whatever stands before them', () => {
    expect(say('\ta\tb', 40)).toEqual(['•         a       b']);
    expect(say('世界\tb\n1234567\tc', 40)).toEqual(['• 世界    b', '  1234567 c']);
    const page = createPage({ columns: 40, colours: noColours });
    expect(page([paragraph(leads.note, 'abc', span('\tx'))], false)).toBe('· abc     x\n');
  });

  it('does not wrap at all without a margin', () => {
    expect(say('word '.repeat(1000), Infinity)).toHaveLength(1);
    expect(transcriptOf([msg('TurnStarted', {}, { turn: 1, timestamp: null })], { columns: Infinity })).toHaveLength(
      101,
    );
  });

  it('keeps a least width', () => {
    for (const columns of [-1, 0, 1, 19, Number.NaN]) expect(say('a'.repeat(36), columns)).toHaveLength(2);
  });

  it('leaves no space at the end of an empty row', () => {
    expect(say('a\n\nb', 40)).toEqual(['• a', '', '  b']);
  });

  it('shows what would act on the terminal', () => {
    expect(say('\u001b[2J\u009b1m \u202eabc\u2069 \u200b\u{e0041} \r\n\u007f', 80)).toEqual([
      '• ^[[2J\\u{9b}1m \\u{202e}abc\\u{2069} \\u{200b}\\u{e0041} ^M',
      '  ^?',
    ]);
  });

  it('gives a faint style to history that is no longer in effect, and no other', () => {
    const colours = picocolors.createColors(true);
    const failed = (head: object) => transcriptOf([msg('Error', { message: 'x' }, head)], { colours });
    expect(failed({})).toBe(`${colours.red('! ')}${colours.red('error: x')}\n`);
    for (const head of [{ rolled_back: true }, { inherited_from: 'parent' }]) {
      expect(failed(head)).toBe(`${colours.dim('! ')}${colours.dim('error: x')}\n`);
    }
  });

  it('paints every row of a paragraph by itself', () => {
    const colours = picocolors.createColors(true);
    const page = createPage({ columns: 20, colours });
    const lead = { first: '- ', rest: '  ' };
    const rows = page([paragraph(lead, span('red red red ', 'red'), span('bold bold', 'bold'))], false);
    expect(rows).toBe(`- ${colours.red('red red red ')}${colours.bold('bold')}\n  ${colours.bold('bold')}\n`);
  });

  it('lays out a long text without a break in it in little time', () => {
    const rows = say('x'.repeat(2_000_000), 80);
    expect(rows).toHaveLength(Math.ceil(2_000_000 / 78));
    expect(say('世'.repeat(200_000), 80).every((row) => displayWidth(row) <= 80)).toBe(true);
  });
});
