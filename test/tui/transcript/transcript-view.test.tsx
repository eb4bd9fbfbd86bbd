import { render } from 'ink-testing-library';
import { describe, expect, it } from 'vitest';
import { openKeySource } from '../../../src/tui/terminal/key-source.ts';
import { StageContext } from '../../../src/tui/terminal/stage.ts';
import type { TranscriptSource } from '../../../src/tui/transcript/transcript-source.ts';
import { TranscriptView } from '../../../src/tui/transcript/transcript-view.tsx';
import { loadColours, noColours } from '../../../src/ui/colour.ts';
import { displayWidth } from '../../../src/ui/text-width.ts';
import { hostileTexts } from '../../support/hostile-texts.ts';
import { MemoryIo } from '../../support/memory-io.ts';
import { MemoryScreen } from '../../support/memory-screen.ts';
import { lines, Script } from './session.ts';

const sizes = [
  [40, 12],
  [80, 24],
  [200, 60],
] as const;

describe('the view of a transcript', () => {
  it.each(sizes)('shows a session in %i x %i', async (columns, rows) => {
    const script = new Script()
      .turn('Please fix the 🐛 in 日本語 and שלום עולם')
      .thinks('**Looking**\n\naround')
      .runs('c1', 'npm test', lines(40), 1)
      .patches('p1', 'src/a.ts', '-old\n+new 👩‍👩‍👧')
      .says('Done:\n\n- **one**\n- `two`\n\n| a | b |\n|---|--:|\n| 日本 | 1 |\n\n```ts\nconst a = 1;\n```')
      .turn('Thanks');
    const view = await open(script.source(), columns, rows);
    expect(view.frame()).toMatchSnapshot();
    await view.type('G');
    expect(view.frame()).toMatchSnapshot();
    await view.type('?');
    expect(view.frame()).toMatchSnapshot();
  });

  it.each(sizes)(
    'keeps within %i x %i, whatever is recorded, and sends nothing but text and colours',
    async (columns, rows) => {
      const script = new Script();
      for (const text of hostileTexts) {
        script
          .turn(text)
          .says(text)
          .thinks(text)
          .runs(text, text, text)
          .patches(text, text.replaceAll('\n', ' '), `+${text}`);
      }
      for (const colours of [noColours, await loadColours()]) {
        const view = await open(script.source(), columns, rows, { title: hostileTexts.join(''), colours });
        for (const keys of ['', '/script\r', 'n', 'T', 'G', 'O', '[[', 'KKKd', 'q', '/\u202e\r', '?', 'q']) {
          await view.type(keys);
          const frame = view.frame();
          expect(frame).toHaveLength(rows - 1);
          for (const row of frame) expect(displayWidth(row)).toBeLessThanOrEqual(columns);
          const own = colours === noColours ? /\u001b\[2?7m/g : /\u001b\[[\d;]*m/g;
          expect(frame.join('').replaceAll(own, '')).not.toMatch(
            /[\0-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\u2028]/,
          );
        }
      }
    },
    60_000,
  );

  it('shows the beginning before the rest is read', async () => {
    const script = new Script().turn('first').says('answer');
    let isRead = false;
    const view = await open(
      {
        async *read() {
          yield script.events;
          await new Promise(() => {});
          isRead = true;
          yield [];
        },
      },
      80,
      24,
    );
    expect(view.frame().join('\n')).toContain('> first');
    expect(view.frame()[0]).toContain('loading…');
    expect(isRead).toBe(false);
  });

  it('copies what is marked, all of it, and says when it is too long', async () => {
    const script = new Script().turn('go').runs('c1', 'make', lines(60)).says('**raw** \u001b[31m');
    const view = await open(script.source(), 80, 24);
    await view.type('Gy');
    expect(view.sent()).toEqual(['**raw** ^[[31m']);
    expect(view.frame().at(-1)).toBe('copied 1 line, if the terminal allows it');
    await view.type('Ky');
    expect(view.sent()[1]).toBe(`${lines(60)}exit 0`);
    script.says('x'.repeat(90_000));
    const long = await open(script.source(), 80, 24);
    await long.type('Gy');
    expect(long.sent()).toEqual([]);
    expect(long.frame().at(-1)).toContain('too long for the clipboard');
  });

  it('is left, drawn again and laid out again', async () => {
    const view = await open(new Script().turn('go').source(), 80, 24);
    await view.type('\u000c');
    expect(view.calls).toEqual(['redraw']);
    view.screen.resize(40, 12);
    await view.type('');
    expect(view.frame()).toHaveLength(11);
    await view.type('q');
    expect(view.calls).toEqual(['redraw', 'leave']);
  });
});

async function open(
  source: TranscriptSource,
  columns: number,
  rows: number,
  { title = 'fix the flaky test', colours = noColours } = {},
) {
  const screen = new MemoryScreen({ columns, rows });
  const { clock } = new MemoryIo();
  const keys = openKeySource(screen, clock, () => {});
  const calls: string[] = [];
  const sequences: string[] = [];
  const { lastFrame, stdout } = render(
    <StageContext.Provider value={{ screen, keys, clock, colours }}>
      <TranscriptView
        {...{ source, title }}
        start="begin"
        onLeave={() => calls.push('leave')}
        redraw={() => calls.push('redraw')}
        write={(sequence) => sequences.push(sequence)}
      />
    </StageContext.Provider>,
  );
  Object.defineProperty(stdout, 'columns', { value: columns });
  const view = {
    ...{ screen, calls },
    frame: () => (lastFrame() as string).split('\n').map((row) => row.trimEnd()),
    async type(text: string) {
      if (text !== '') screen.feed(text);
      for (let rounds = 0; rounds < 60; rounds++) await new Promise((resolve) => setImmediate(resolve));
    },
    /** What the clipboard was given. */
    sent: () => sequences.map((each) => Buffer.from(each.slice('\u001b]52;c;'.length, -1), 'base64').toString()),
  };
  await view.type('');
  return view;
}
