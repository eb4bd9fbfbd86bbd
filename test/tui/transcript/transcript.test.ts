import { describe, expect, it } from 'vitest';
import { Verbatim } from '../../../src/model/verbatim.ts';
import { hitsAmong } from '../../../src/tui/transcript/hit-list.ts';
import { transcriptKeys } from '../../../src/tui/transcript/transcript-keys.ts';
import { lookedThrough } from '../../../src/tui/transcript/transcript-state.ts';
import { Desk, lines, Script } from './session.ts';

const enter = { name: 'enter' };
const esc = { name: 'escape' };
const backspace = { name: 'backspace' };

function long(): Script {
  const script = new Script();
  for (let turn = 1; turn <= 20; turn++) {
    script
      .turn(`question ${turn}`)
      .runs(`c${turn}`, `make ${turn}`, lines(40, `out ${turn}.`))
      .says(`**answer** ${turn}`);
  }
  return script;
}

async function open(script: Script, options: ConstructorParameters<typeof Desk>[1] = {}): Promise<Desk> {
  return new Desk(script.source(), options).read();
}

describe('scrolling', () => {
  it('begins at the beginning, or at the end', async () => {
    const begin = await open(long());
    expect(begin.body()[0]).toMatch(/^▌── session thread/);
    expect(begin.frame()[0]).toBe('a title · turn 1 of 20 · 0 %');
    const end = await open(long(), { start: 'end' });
    expect(end.body().at(-1)).toBe('▌• **answer** 20');
    expect(end.frame()[0]).toBe('a title · turn 20 of 20 · 100 %');
  });

  it('goes by rows, pages and to the ends, and comes back to where it was', async () => {
    const desk = await open(long());
    const first = desk.body();
    await desk.press('j');
    expect(desk.body().slice(0, -1).map(unmarked)).toEqual(first.slice(1).map(unmarked));
    await desk.press('k');
    expect(desk.body().map(unmarked)).toEqual(first.map(unmarked));
    await desk.press(' ');
    expect(unmarked(desk.body()[0] as string)).toBe(unmarked(first.at(-1) as string));
    await desk.press({ name: 'page-up' });
    expect(desk.body().map(unmarked)).toEqual(first.map(unmarked));
    await desk.press('G');
    const last = desk.body();
    expect(last.at(-1)).toContain('answer** 20');
    await desk.press('U', 'D', 'j', 'j', { name: 'page-down' });
    expect(desk.body().map(unmarked)).toEqual(last.map(unmarked));
    await desk.press('g');
    expect(desk.body().map(unmarked)).toEqual(first.map(unmarked));
  });

  it('shows every row once, in order, page by page', async () => {
    const script = long();
    const whole = await open(script, { rows: 2000 });
    const all = whole.body().map(unmarked).filter(Boolean);
    const desk = await open(script, { rows: 13 });
    const seen = desk.body().map(unmarked);
    for (let at = 0; at < 60; at++) {
      await desk.press({ name: 'down' }, { name: 'down' }, { name: 'down' });
      if (desk.frame()[0]?.includes('100 %')) break;
      seen.push(...desk.body().slice(-3).map(unmarked));
    }
    await desk.press('G');
    const texts = seen.filter(Boolean);
    expect(all.slice(0, texts.length)).toEqual(texts);
    expect(texts.length).toBeGreaterThan(100);
  });

  it('jumps by turns and by messages of the user', async () => {
    const desk = await open(long());
    await desk.press(']', ']', ']');
    expect(desk.body()[0]).toMatch(/^▌── turn 3/);
    await desk.press({ name: 'left' });
    expect(desk.body()[0]).toMatch(/^▌── turn 2/);
    await desk.press('}');
    expect(desk.body()[0]).toBe('▌> question 2');
    await desk.press('}', '{');
    expect(desk.body()[0]).toBe('▌> question 2');
    await desk.press(']]]]]]]]]]]]]]]]]]]]]]]');
    expect(desk.chosen()).toMatch(/^── turn 20/);
    expect(desk.frame().at(-1)).toBe('nothing behind this');
  });

  it('chooses what it scrolls to, and any other part in sight', async () => {
    const desk = await open(new Script().turn('one').says('two').says('three'));
    expect(desk.chosen()).toMatch(/^── session/);
    await desk.press('j', 'j');
    expect(desk.chosen()).toBe('> one');
    await desk.press({ name: 'tab' });
    expect(desk.chosen()).toBe('• two');
    await desk.press('J', 'J', 'J', 'K');
    expect(desk.chosen()).toBe('• two');
  });

  it('follows what comes while it is at the end, and not elsewhere', async () => {
    const script = long();
    let tell: (events: typeof script.events) => void = () => {};
    const source = {
      ...script.source(),
      onMore(listener: typeof tell) {
        tell = listener;
        return () => {};
      },
    };
    const desk = await new Desk(source, { start: 'end' }).read();
    const more = (text: string) => {
      script.says(text);
      // With some that are known already.
      tell(script.events.slice(-3));
    };
    more('new 1');
    expect(desk.chosen()).toBe('• new 1');
    expect(desk.body().filter((row) => row.includes('answer** 20'))).toHaveLength(1);
    await desk.press('k');
    const still = desk.body();
    more('new 2');
    expect(desk.body()).toEqual(still);
    await desk.press('G');
    more('new 3');
    expect(desk.chosen()).toBe('• new 3');
    expect(desk.frame()[0]).toContain('following');
    await desk.press('k', 'k', 'j', 'j', 'j');
    more('new 4');
    expect(desk.chosen()).toBe('• new 4');
  });

  it('stays where it is when the size changes', async () => {
    const script = new Script();
    for (let turn = 1; turn <= 30; turn++) script.turn(`question ${turn} ${'word '.repeat(60)}`).says(`answer ${turn}`);
    const desk = await open(script);
    await desk.press(']', ']', ']', ']', ']', ']', ']', '}');
    desk.resize(40, 12);
    expect(desk.body()[0]).toBe('▌> question 7 word word word word word');
    desk.resize(200, 60);
    expect(desk.body()[0]).toMatch(/^▌> question 7 word/);
    desk.resize(80, 24);
    expect(desk.body()[0]).toMatch(/^▌> question 7 word/);
  });
});

describe('folding', () => {
  it('shows all of a part, read again from the session, and less again', async () => {
    const script = new Script().turn('go').runs('c1', 'make', lines(60)).says('done');
    const source = script.source();
    const desk = await new Desk(source, { rows: 100 }).read();
    expect(desk.body().some((row) => row.includes('… 44 lines'))).toBe(true);
    await desk.press('j', 'j', { name: 'tab' });
    expect(desk.chosen()).toBe('$ make');
    expect(source.reads).toBe(1);
    await desk.press(enter);
    await desk.read();
    expect(source.reads).toBe(2);
    expect(desk.body().filter((row) => /│ line \d+$/.test(row))).toHaveLength(60);
    await desk.press('o');
    expect(desk.body().some((row) => row.includes('… 44 lines'))).toBe(true);
    expect(desk.chosen()).toBe('$ make');
  });

  it('says where there is no more to show', async () => {
    const desk = await open(new Script().turn('go').says('done'));
    await desk.press('G', 'o');
    expect(desk.frame().at(-1)).toBe('all of it is shown');
  });

  it('shows all of everything', async () => {
    const desk = await open(long(), { rows: 1200 });
    await desk.press('O');
    await desk.read();
    expect(desk.body().filter((row) => row.includes('… 24 lines'))).toHaveLength(0);
    await desk.press('O');
    expect(desk.body().filter((row) => row.includes('… 24 lines'))).toHaveLength(20);
  });

  it('shows reasoning in its lines, and records that are not known', async () => {
    const script = new Script().turn('go').thinks('**Title**\n\nand a body').add({
      type: 'Unknown',
      record_type: 'later',
      raw_text: '{"what": "ever"}',
    });
    const desk = await open(script);
    expect(desk.body()).toContain(' ~ Title and a body');
    await desk.press('O');
    await desk.read();
    expect(desk.body()).toContain(' ~ Title');
    expect(desk.body().join('\n')).toContain('{"what": "ever"}');
  });

  it('shows the diff of the marked part alone', async () => {
    const script = long().turn('change it').patches('p', 'a.ts', lines(90, '+new').trimEnd()).says('changed');
    const desk = await open(script);
    await desk.press('G', 'K');
    expect(desk.chosen()).toContain('apply_patch: 1 file +90 -0');
    const before = desk.frame();
    await desk.press('d');
    await desk.read();
    expect(desk.frame()[0]).toContain('diff alone');
    await desk.press('G');
    expect(desk.body().at(-1)).toContain('+new 90');
    expect(desk.body().join()).not.toContain('changed');
    await desk.press(esc);
    expect(desk.frame()).toEqual(before);
    await desk.press('g', 'd');
    expect(desk.frame().at(-1)).toBe('no diff here');
  });
});

describe('searching', () => {
  it('finds what is shown and what is not, and counts it', async () => {
    const script = long()
      .turn('more')
      .runs('x', 'cat', `${lines(50)}needle here\n${lines(50)}`)
      .says('a Needle, a needle');
    const desk = await open(script);
    await desk.press('/', 'n', 'e', 'e', 'd', 'l', 'e');
    expect(desk.frame().at(-1)).toBe('/needle▏');
    await desk.press(enter);
    await desk.read();
    expect(desk.frame()[0]).toContain('/needle 1/3');
    expect(desk.body().find((row) => row.includes('\u001b[7m'))).toBe('▌│ \u001b[7mneedle\u001b[27m here');
    await desk.press('n');
    expect(desk.frame()[0]).toContain('/needle 2/3');
    expect(desk.chosen()).toBe('• a \u001b[7mNeedle\u001b[27m, a \u001b[7mneedle\u001b[27m');
    await desk.press('n', 'n', 'N');
    expect(desk.frame()[0]).toContain('/needle 3/3');
  });

  it('shows hits while one types, each time from where it began, and takes it back', async () => {
    const desk = await open(long());
    await desk.press(']]]]]');
    const before = desk.frame();
    await desk.press('/', 'question 1');
    expect(desk.frame()[0]).toContain('/question 1 2/11');
    expect(desk.chosen()).toContain('question 1\u001b[27m0');
    await desk.press('4');
    expect(desk.chosen()).toContain('question 14\u001b[27m');
    await desk.press('x');
    expect(desk.frame()[0]).toContain('/question 14x none');
    expect(desk.frame().at(-1)).toBe('/question 14x▏');
    expect(desk.chosen()).toBe(before.find((row) => row.includes('▌'))?.replace('▌', ''));
    await desk.press(backspace, backspace);
    expect(desk.chosen()).toContain('question 1\u001b[27m0');
    await desk.press(esc);
    expect(desk.frame()).toEqual(before);
    // What was searched for before is still there.
    await desk.press('/', 'question 7', enter, '/', 'quest', esc);
    expect(desk.frame()[0]).toContain('/question 7 1/1');
  });

  it('begins with what was said, not with instructions that nobody sees, which come last', async () => {
    const instructions = `${lines(20)}the rules on questions\n${lines(20)}`;
    const meta = new Verbatim(JSON.stringify({ id: 'thread', cwd: '/', base_instructions: { text: instructions } }));
    const script = new Script().add({ type: 'SessionMeta', meta }).turn('a question').says('an answer');
    const desk = await open(script);
    await desk.press('/', 'question', enter);
    expect(desk.frame()[0]).toContain('/question 2/2');
    expect(desk.chosen()).toContain('question');
    await desk.press('n');
    await desk.read();
    expect(desk.frame()[0]).toContain('/question 1/2');
    expect(desk.body().join()).toContain('the rules on');
    // Whoever has unfolded them looks at them.
    await desk.press('/', esc, '/', 'question', enter);
    expect(desk.frame()[0]).toContain('/question 1/2');
    await desk.press('/', 'the rules', enter);
    expect(desk.frame()[0]).toContain('/the rules 1/1');
  });

  it('reads nothing again for a longer text, where that of which it is a part stands in sight or nowhere', async () => {
    const source = long().says('a letter: a\u0301').source();
    const desk = await new Desk(source).read();
    const readsFor = async (...keys: Parameters<Desk['press']>) => {
      const before = source.reads;
      await desk.press(...keys);
      return source.reads - before;
    };
    expect(await readsFor('/', 'ques')).toBe(1);
    expect(await readsFor('t', 'ion 1')).toBe(0);
    expect(desk.frame()[0]).toContain('/question 1 1/11');
    expect(await readsFor('4', 'x', 'y')).toBe(0);
    expect(desk.frame()[0]).toContain('/question 14xy none');
    expect(await readsFor(esc, '/', 'answer')).toBe(1);
    // Outputs are known in part, and letters by their marks.
    expect(await readsFor(esc, '/', 'out 3')).toBe(1);
    expect(await readsFor('.4')).toBe(1);
    expect(await readsFor(esc, '/', ': a')).toBe(1);
    expect(await readsFor('\u0301')).toBe(1);
    expect(desk.frame()[0]).toContain(' 1/1');
  });

  it('hears keys also while it looks for a longer text where the shorter one was', async () => {
    const script = new Script();
    for (let turn = 1; turn <= 40; turn++) script.turn(`question ${turn}`);
    const { reader } = await open(script);
    const known = await reader.search({ text: 'question', isExact: false }, true, new AbortController().signal);
    let asked = 0;
    const longer = { needle: { text: 'question 4', isExact: false }, isPlain: true };
    expect((await hitsAmong(reader.blocks, known, longer, async () => ++asked > 0))?.total).toBe(2);
    expect(asked).toBe(3);
    expect(await hitsAmong(reader.blocks, known, longer, async () => false)).toBeNull();
  });

  it('tells how far it has come', async () => {
    const desk = await open(long());
    const shares: number[] = [];
    const needle = { text: 'out', isExact: false };
    await desk.reader.search(needle, true, new AbortController().signal, (share) => void shares.push(share));
    expect(shares.length).toBeGreaterThan(5);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    desk.state = lookedThrough({ ...desk.state, search: { needle, hits: null, at: 0 } }, needle, 37);
    expect(desk.frame()[0]).toContain('/out searching… 37 %');
    expect(lookedThrough(desk.state, { ...needle }, 38)).toBe(desk.state);
  });

  it('counts case only for what has a capital', async () => {
    const desk = await open(new Script().turn('a Word, a word, WORD'));
    await desk.press('/', 'Word', enter);
    expect(desk.frame()[0]).toContain('/Word 1/1');
    await desk.press('/', 'word', enter);
    expect(desk.frame()[0]).toContain('/word 1/3');
  });

  it('begins behind what is marked and goes round', async () => {
    const desk = await open(long());
    await desk.press(']]]]]', '/', 'question', enter);
    expect(desk.frame()[0]).toContain('/question 5/20');
    await desk.press('n'.repeat(16));
    expect(desk.frame()[0]).toContain('/question 1/20');
    expect(desk.chosen()).toContain('question\u001b[27m 1');
  });

  it('says when nothing is found, and takes its mark away', async () => {
    const desk = await open(long());
    await desk.press('/', 'absent', enter);
    expect(desk.frame().at(-1)).toBe('not found: absent');
    expect(desk.frame()[0]).toContain('/absent none');
    await desk.press('n', '/', enter);
    expect(desk.frame()[0]).not.toContain('absent');
    await desk.press('n');
    expect(desk.frame().at(-1)).toBe('nothing was searched for: / begins');
  });

  it('finds across styles and breaks of rows, and no half characters', async () => {
    const script = new Script().turn(`${'x'.repeat(70)} two words that are broken`).says('👩‍👩‍👧 and 👧');
    const desk = await open(script);
    await desk.press('/', 'two words', enter);
    expect(desk.frame()[0]).toContain('1/1');
    expect(
      desk
        .body()
        .join('\n')
        .match(/\u001b\[7m/g),
    ).toHaveLength(2);
    await desk.press('/', '👧', enter);
    expect(desk.frame()[0]).toContain('/👧 1/1');
    expect(desk.body().join('')).toContain('👩‍👩‍👧');
  });
});

describe('other keys', () => {
  it('copies and leaves', async () => {
    const desk = await open(new Script().turn('one').says('two'));
    await desk.press('G', 'y', 'q');
    expect(desk.effects).toEqual([{ kind: 'copy', block: desk.reader.blocks.count - 1 }, { kind: 'leave' }]);
  });

  it('shows times, and all keys', async () => {
    const desk = await open(new Script().turn('one').says('two'));
    await desk.press('T');
    expect(desk.body()).toContain(' 08:00:01 • two');
    const help: string[] = [];
    desk.resize(60, 12);
    await desk.press('?');
    for (; desk.state.helpPage !== null; await desk.press('x')) help.push(...desk.body());
    const told = transcriptKeys.filter((each) => each.help !== null);
    expect(help.filter(Boolean)).toHaveLength(told.length);
    for (const each of told) expect(help.join('\n')).toContain(each.help);
    await desk.press('?', 'q');
    desk.resize(80, 24);
    expect(desk.body()).toContain(' 08:00:01 • two');
  });

  it('can be pressed before anything is there', async () => {
    const desk = new Desk({
      async *read() {
        await new Promise(() => {});
        yield [];
      },
    });
    for (const key of 'jkgGoOdy/[]{}nNT?D') await desk.press(key, esc);
    expect(desk.frame()[0]).toContain('loading…');
    expect((await open(new Script())).body()[0]).toBe(' nothing is recorded');
  });

  it('says why a session cannot be read on', async () => {
    const script = long();
    const desk = new Desk({
      async *read() {
        yield script.events.slice(0, 5);
        throw new Error('a\u001b[31m broken disk');
      },
    });
    await desk.read();
    expect(desk.frame()[0]).toContain('cannot be read on: a^[[31m broken disk');
    expect(desk.body().join()).toContain('question 1');
  });
});

function unmarked(row: string): string {
  return row.replace(/^[▌ ]/, '');
}
