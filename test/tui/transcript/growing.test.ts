import { describe, expect, it } from 'vitest';
import type { Event } from '../../../src/model/event.ts';
import type { Following, TranscriptSource } from '../../../src/tui/transcript/transcript-source.ts';
import { Desk, lines, Script } from './session.ts';

describe('a session that grows', () => {
  it('ends as it would, until more of it comes', async () => {
    const script = new Script().turn('one').says('first');
    script.add({ type: 'EventMsg', msg: { type: 'TokenCount', total: { input: 1, output: 2 } } } as never);
    const { desk, grow } = await open(script);
    expect(desk.reader.isReading).toBe(false);
    expect(desk.frame().join('\n')).toContain('tokens: ');
    script.turn('two').says('second');
    await grow();
    const frame = desk.frame().join('\n');
    expect(frame).toContain('tokens so far: ');
    expect(frame).not.toContain('tokens: ');
    expect(frame).toContain('second');
    expect(frame.match(/tokens/g)).toHaveLength(1);
  });

  it('is followed at its end alone, until one scrolls', async () => {
    const script = new Script().turn('one').says(lines(60));
    const { desk, grow } = await open(script);
    const before = desk.body();
    script.turn('two').says('second');
    await grow();
    expect(desk.body()).toEqual(before);
    await desk.press('G');
    script.turn('three').says('third');
    await grow();
    expect(desk.body().join()).toContain('third');
    await desk.press('k');
    const scrolled = desk.body();
    script.turn('four').says('fourth');
    await grow();
    expect(desk.body()).toEqual(scrolled);
  });

  it('shows what is taken back as that, also what is shown already', async () => {
    const script = new Script().turn('one').turn('two').says('answer');
    const { desk, grow, takeBack } = await open(script);
    expect(desk.frame().join('\n')).not.toContain('rolled back');
    const from = script.events.findIndex(({ turn }) => turn === 2);
    takeBack([{ from, to: script.events.length }]);
    await grow();
    expect(desk.body().find((row) => row.includes('turn 2'))).toMatch(/turn 2 ─.* ─ rolled back ─/);
    expect(desk.body().find((row) => row.includes('turn 1'))).not.toContain('rolled back');
    const answer = Array.from({ length: desk.reader.blocks.count }, (_, at) => desk.reader.blocks.get(at));
    expect(answer.filter(({ isDimmed }) => isDimmed).map(({ turn }) => turn)).toEqual([2, 2, 2]);
    await desk.press('/', 'rolled back', { name: 'enter' });
    expect(desk.frame()[0]).toContain('/rolled back 1/1');
  });

  it('is over when nothing can come any more', async () => {
    const { desk, end } = await open(new Script().turn('one'));
    expect(desk.reader.isGrowing).toBe(true);
    await end();
    expect(desk.reader.isGrowing).toBe(false);
  });
});

async function open(script: Script) {
  let heard: Following | null = null;
  let isOver = false;
  let wake = () => {};
  const source: TranscriptSource = {
    ...script.source(),
    async *follow(_, following) {
      heard = following;
      let given = 0;
      while (!isOver) {
        const more: Event[] = script.events.slice(given);
        given += more.length;
        yield more;
        following.onCaughtUp();
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
  const desk = new Desk(source);
  await desk.read();
  const grow = async () => {
    wake();
    await desk.read();
  };
  const end = async () => {
    isOver = true;
    await grow();
  };
  const takeBack: Following['onTakenBack'] = (ranges) => heard?.onTakenBack(ranges);
  return { desk, grow, end, takeBack };
}
