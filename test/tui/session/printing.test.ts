import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../../src/model/event.ts';
import { Answer } from '../../../src/tui/session/answer.ts';
import { Printing } from '../../../src/tui/session/printing.ts';
import { type Colours, noColours } from '../../../src/ui/colour.ts';
import { displayWidth } from '../../../src/ui/text-width.ts';
import { hostileTexts } from '../../support/hostile-texts.ts';
import { eventOf } from './scripted-ports.ts';

const paragraphs = Array.from({ length: 6 }, (_, at) => `Paragraph ${at} ${`word${at} `.repeat(30).trim()}.`);
const text = `${paragraphs.join('\n\n')}\n`;

describe('what is printed', () => {
  it('is each row of an answer once, however it comes', () => {
    for (const size of [1, 7, 50, 10_000]) {
      const { printing, printed } = start();
      for (let at = 0; at < text.length; at += size) {
        printing.take({ type: 'text', text: text.slice(at, at + size) });
        printing.settle();
      }
      printing.take(message(text));
      expect(printing.settle()).toEqual([]);
      expect(wordsOf(printed())).toBe(wordsOf(text));
      expect(printed()).toMatch(/^• Paragraph 0/);
      for (const row of printed().split('\n')) expect(displayWidth(row)).toBeLessThanOrEqual(60);
    }
  });

  it('is the record of an answer that was not heard, or that is another', () => {
    const { printing, printed } = start();
    printing.take(message('not *heard*'));
    printing.take({ type: 'text', text: 'heard' });
    printing.settle();
    printing.take(message('something else'));
    expect(printed()).toContain('• not *heard*');
    expect(printed()).toContain('• something else');
    expect(printed()).not.toMatch(/• something else[\s\S]*• something else/);
  });

  it('is Markdown also of what a fork inherits, in one dim voice', () => {
    const { printing } = start({ ...noColours, dim: (row) => `<${row}>` });
    const inherited = { ...message('| a | b |\n|---|---|\n| one | two |').event, inherited_from: 'parent' };
    const rows = printing
      .past([inherited as Event])
      .trim()
      .split('\n');
    expect(rows.join('\n')).not.toContain('|---');
    for (const row of rows) expect(row).toMatch(/^<.*>$/);
  });

  it('says where an answer was broken off', () => {
    const { printing, printed } = start();
    printing.take({ type: 'text', text: `${paragraphs[0]}\n\nnot fin` });
    printing.settle();
    printing.take({ type: 'retry', message: 'again', delayMs: 1 });
    expect(printing.settle()).toEqual([]);
    printing.take({ type: 'text', text: 'anew' });
    printing.take(message('anew'));
    expect(printed()).toMatch(/Paragraph 0[\s\S]*· this was broken off, and begins again[\s\S]*• anew/);
    expect(printed()).not.toContain('not fin');
  });

  it('never tears an answer apart', () => {
    const { printing, printed } = start();
    printing.take({ type: 'text', text: `${paragraphs[0]}\n\n` });
    printing.settle();
    printing.take(record({ type: 'EventMsg', msg: { type: 'AgentReasoning', text: 'a thought' } }));
    printing.take({ type: 'text', text: 'the end' });
    printing.take(message(`${paragraphs[0]}\n\nthe end`));
    expect(printed()).toMatch(/Paragraph 0[\s\S]*the end\n\n~ a thought/);
  });

  it('is what was answered before an interrupt', () => {
    const { printing, printed } = start();
    printing.take({ type: 'text', text: 'half an ans' });
    expect(printing.settle().join('\n')).toContain('half an ans');
    printing.end();
    expect(printing.settle()).toEqual([]);
    expect(printed()).toContain('• half an ans');
  });

  it.each([
    { type: 'TurnComplete', error: { message: 'broken' } },
    { type: 'TurnAborted', reason: 'interrupted' },
    { type: 'Error', message: 'broken' },
  ])('is what was answered above $type', (msg) => {
    const { printing, printed } = start();
    printing.take({ type: 'text', text: 'half an ans' });
    printing.settle();
    printing.take(record({ type: 'EventMsg', msg }));
    printing.end();
    expect(printed()).toMatch(/• half an ans\n\n.*(broken|interrupted)/);
    expect(printed().match(/half an ans/g)).toHaveLength(1);
  });

  it('does not take what the agent made for something that was said, when something of ours stands before it', () => {
    const { printing, printed } = start();
    const said = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hello' }] };
    const take = (body: object) => printing.take({ type: 'record', event: eventOf({ ...body, turn: 1 }) });
    take({ type: 'ResponseItem', item: said });
    take({ type: 'EventMsg', msg: { type: 'UserMessage', text: 'hello' } });
    printing.say('/model has to wait');
    const content = [{ type: 'input_text', text: '<turn_aborted>\nOn purpose.\n</turn_aborted>' }];
    take({ type: 'ResponseItem', item: { ...said, content } });
    take({ type: 'EventMsg', msg: { type: 'TurnAborted', reason: 'interrupted' } });
    expect(printed().match(/> hello/g)).toHaveLength(1);
    expect(printed()).not.toContain('On purpose');
    expect(printed()).toContain('interrupted');
  });

  it('goes on in another width', () => {
    let columns = 60;
    const rows: string[] = [];
    const answer = new Answer(() => columns, noColours);
    for (const [at, word] of text.split(/(?<= )/).entries()) {
      answer.add(word);
      if (at % 5 === 0) rows.push(...answer.settle());
      if (at === 80) columns = 30;
      if (at === 130) columns = 90;
    }
    rows.push(...answer.end());
    expect(wordsOf(rows.join('\n')).replace('• ', '')).toBe(wordsOf(text));
    for (const row of rows) expect(displayWidth(row)).toBeLessThanOrEqual(90);
  });

  it('says each thing once, however often the width changes', () => {
    let said = 0;
    const next = () => `t${said++}`;
    const parts = Array.from({ length: 12 }, () => [
      `${next()} ${next()}, and **${next()}** of ${'w'.repeat(50)}\n\n`,
      `| head | other |\n|---|--:|\n| ${next()} | ${next()} |\n| ${next()} | ${'y'.repeat(40)} |\n\n`,
      `- [ ] ${next()}\n- [x] ${next()}\n  > ${next()}\n\n`,
      `\`\`\`ts\n${next()} = "${'x'.repeat(70)}"\n\`\`\`\n\n`,
    ]).flat();
    const whole = parts.join('');
    const width = fc.integer({ min: 12, max: 120 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 90 }), width), { minLength: 1 }),
        width,
        (pieces, last) => {
          let columns = last;
          const answer = new Answer(() => columns, noColours);
          const rows: string[] = [];
          let at = 0;
          for (let n = 0; at < whole.length; n++) {
            const [letters, wanted] = pieces[n % pieces.length] as [number, number];
            answer.add(whole.slice(at, at + letters));
            at += letters;
            columns = wanted;
            rows.push(...answer.settle());
            for (const row of answer.pending()) expect(displayWidth(row)).toBeLessThanOrEqual(columns);
          }
          rows.push(...answer.end());
          const found = rows.join('\n').match(/\bt\d+\b/g);
          expect(found).toEqual(Array.from({ length: said }, (_, n) => `t${n}`));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('waits for what stands before it', () => {
    const { printing, printed } = start();
    printing.hold();
    printing.take(message('later'));
    printing.say('latest');
    printing.end();
    expect(printing.settle()).toEqual([]);
    expect(printed()).toBe('');
    printing.release(() => printing.say('first'));
    expect(printed()).toMatch(/· first[\s\S]*• later[\s\S]*· latest/);
  });

  it('names a call again when something stands between', () => {
    const { printing, printed } = start();
    const call = { type: 'tool_call', call_id: 'c', name: 'shell', command: ['ls'] };
    printing.take(record({ type: 'ResponseItem', item: call }));
    printing.say('by the way');
    const result = { type: 'tool_result', call_id: 'c', output: 'a file', status: 'completed' };
    printing.take(record({ type: 'ResponseItem', item: result }));
    expect(printed()).toMatch(/\$ ls\n\n· by the way\n\n← \$ ls\n│ a file/);
  });

  it.each([
    ['lines', 'line\n'.repeat(41), 39],
    ['letters', '👩'.repeat(2001), 67],
  ])('is the beginning of what was sent, when that has many %s', (_, text, rows) => {
    const { printing, printed } = start();
    const begin = text.slice(0, 30);
    printing.take(record({ type: 'EventMsg', msg: { type: 'UserMessage', text: begin } }));
    expect(printed()).not.toContain('Ctrl-T');
    const before = printed();
    printing.take(record({ type: 'EventMsg', msg: { type: 'UserMessage', text } }));
    const said = printed().slice(before.length);
    expect(said).toContain('… the rest: Ctrl-T');
    expect(said).not.toContain('\\u');
    expect(said.split('\n').filter((row) => /line|👩/.test(row)).length).toBeLessThanOrEqual(rows + 5);
  });

  it('is safe', () => {
    for (const hostile of [...hostileTexts, '\u001b]0;title\u0007', '\u009b2J', '\u202e\u2066']) {
      const { printing, printed } = start();
      printing.begin(hostile, hostile);
      printing.take({ type: 'text', text: hostile });
      const tail = printing.settle().join('\n');
      printing.take(message(hostile));
      printing.take(record({ type: 'EventMsg', msg: { type: hostile, message: hostile } }));
      printing.take(record({ type: 'ResponseItem', item: { type: 'tool_call', call_id: hostile, name: hostile } }));
      printing.take({ type: 'note', message: hostile });
      expect(printed() + tail).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e\u2066]/);
    }
  });
});

function start(colours: Colours = noColours) {
  let all = '';
  const print = (lines: string) => {
    expect(lines.endsWith('\n')).toBe(true);
    all += lines;
  };
  const printing = new Printing({ print, columns: () => 60, colours });
  printing.begin('t', '/w');
  return { printing, printed: () => all };
}

function message(said: string) {
  return record({ type: 'EventMsg', msg: { type: 'AgentMessage', text: said } });
}

function record(body: { [key: string]: unknown }) {
  return { type: 'record' as const, event: eventOf({ ...body, turn: 0 }) };
}

/** Without the marks in front and the ends of rows. */
function wordsOf(rows: string): string {
  return rows.replace(/[•·]/g, ' ').replace(/\s+/g, ' ').trim();
}
