import { describe, expect, it } from 'vitest';
import { composerWith } from '../../../src/tui/composer/composer-state.ts';
import { questionRows } from '../../../src/tui/session/question-rows.ts';
import { displayWidth } from '../../../src/ui/text-width.ts';
import { hostileTexts } from '../../support/hostile-texts.ts';

const lines = Array.from({ length: 50 }, (_, at) => `line ${at + 1}`).join('\n');
const question = { callId: 'c', kind: 'command' as const, summary: lines, reason: null, cwd: '/work', sandbox: 'none' };
const asking = { question, since: 0, reason: null, isSeen: false, isWarned: false };

describe('a question', () => {
  it('has all of what is to be done where there is room, and no empty row behind it', () => {
    const { summary, total } = questionRows({ ...asking, question: { ...question, summary: `${lines}\n` } }, 80, 60);
    expect(summary).toHaveLength(50);
    expect(total).toBe(54);
  });

  it('counts what it leaves out', () => {
    for (const most of [10, 17, 30, 53]) {
      const { summary, total } = questionRows(asking, 80, most);
      expect(total).toBe(most);
      const hidden = Number(/… (\d+) rows more: s shows all/.exec(summary.join('\n'))?.[1]);
      expect(hidden + summary.length - 1).toBe(50);
      expect(summary[0]).toBe('│ line 1');
      expect(summary.at(-1)).toBe('│ line 50');
    }
  });

  it('tells a new line from one that goes on', () => {
    const summary = `rm -rf ${'build/'.repeat(10)}\necho next`;
    const rows = questionRows({ ...asking, question: { ...question, summary } }, 40, 40).summary;
    expect(rows.map((row) => row[0])).toEqual(['│', '↳', '│']);
    expect(rows[2]).toBe('│ echo next');
  });

  it('knows when something that decides is not shown', () => {
    const isCut = (change: object, columns: number, most: number) =>
      questionRows({ ...asking, question: { ...question, summary: 'ls', ...change } }, columns, most).isCut;
    expect(isCut({}, 40, 10)).toBe(false);
    expect(isCut({ summary: lines }, 80, 60)).toBe(false);
    expect(isCut({ summary: lines }, 80, 20)).toBe(true);
    expect(isCut({ summary: 'x'.repeat(30_000) }, 200, 1000)).toBe(true);
    expect(isCut({ cwd: `/deep${'/folder'.repeat(20)}` }, 40, 40)).toBe(false);
    expect(isCut({ cwd: `/deep${'/folder'.repeat(20)}` }, 40, 6)).toBe(true);
    // Of a reason nobody has to read more than there is room for.
    expect(isCut({ reason: 'because '.repeat(200) }, 80, 20)).toBe(false);
  });

  it('has the reason of whoever gave it', () => {
    const why = (kind: 'command' | 'patch') =>
      questionRows({ ...asking, question: { ...question, kind, reason: 'it must' } }, 80, 30).facts.at(-1);
    expect([why('command'), why('patch')]).toEqual(['  it says: it must', '  why it is asked: it must']);
  });

  it('says why in several rows where there is room', () => {
    const reason = 'because '.repeat(20);
    const long = { ...asking, question: { ...question, reason } };
    expect(
      questionRows(long, 40, 40)
        .facts.join('')
        .match(/because/g),
    ).toHaveLength(20);
    expect(questionRows(long, 40, 12).facts).toHaveLength(3);
  });

  it('fits, whatever stands in it', () => {
    for (const text of hostileTexts.map((each) => each.slice(0, 300))) {
      for (const reason of [null, composerWith(''), composerWith(`${text}\n`.repeat(3))]) {
        const summary = `${text}\n`.repeat(30);
        const hostile = {
          ...asking,
          question: { ...question, summary, reason: text, cwd: text, sandbox: text },
          reason,
        };
        for (const [columns, most] of [
          [40, 10],
          [80, 22],
          [200, 58],
        ] as const) {
          const rows = questionRows(hostile, columns, most);
          expect(rows.total).toBeLessThanOrEqual(most);
          for (const row of [...rows.summary, ...rows.facts]) expect(displayWidth(row)).toBeLessThanOrEqual(columns);
        }
      }
    }
  });
});
