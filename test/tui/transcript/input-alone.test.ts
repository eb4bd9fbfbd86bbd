import { describe, expect, it } from 'vitest';
import type { Event } from '../../../src/model/event.ts';
import { BlockStore } from '../../../src/tui/transcript/block-store.ts';
import { createBlockMaker } from '../../../src/tui/transcript/blocks.ts';
import { createRandom } from '../../support/random.ts';
import { Desk, lines, Script } from './session.ts';

/** What was said, recorded as input to the model alone. */
function input(script: Script, text: string, turn: number): Script {
  const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] };
  return script.add({ type: 'ResponseItem', item } as unknown as Event, { turn });
}

describe('a message of which only the input is recorded', () => {
  it('stands in its place, also at the very end', async () => {
    const script = new Script();
    input(script, 'first question', 1).add({ type: 'TurnContext', context: {} } as unknown as Event, { turn: 1 });
    script.says('first answer');
    input(script, 'left without an answer', 2);
    const desk = await new Desk(script.source()).read();
    const text = desk.body().join('\n');
    expect(text).toMatch(/> first question[\s\S]*• first answer[\s\S]*> left without an answer/);
    expect(text.match(/> /g)).toHaveLength(2);
  });

  it('is found, copied and shown in full, wherever it stands', async () => {
    const script = new Script();
    const long = (word: string) => `${word} begins\n${lines(3000, word)}${word} ends`;
    input(script, long('early'), 1).says('answer');
    input(script, long('late'), 2);
    const desk = await new Desk(script.source()).read();
    for (const word of ['early', 'late']) {
      await desk.press('/', `${word} ends`, { name: 'enter' });
      await desk.read();
      expect(desk.frame()[0]).toContain(`/${word} ends 1/1`);
      expect(desk.body().join('\n')).toContain(`${word} ends`);
      const block = desk.state.view.chosen;
      const full = await desk.reader.readFull(block);
      const text = full.paragraphs.map(({ text }) => text.map((span) => span.text).join('')).join('\n');
      expect(text).toBe(long(word));
    }
  });

  it('is not said twice when its event comes later, and keeps its pictures', async () => {
    const script = new Script();
    input(script, 'said once', 1);
    script.add({ type: 'EventMsg', msg: { type: 'UserMessage', text: 'said once' } } as unknown as Event, { turn: 1 });
    script.says('answer');
    const desk = await new Desk(script.source()).read();
    expect(
      desk
        .body()
        .join('\n')
        .match(/said once/g),
    ).toHaveLength(1);
  });
});

describe('whatever is recorded', () => {
  it('makes blocks that are found by the number of their event', () => {
    const random = createRandom(7);
    for (let round = 0; round < 300; round++) {
      const script = new Script();
      let turn = 0;
      for (let at = 0; at < 30; at++) {
        if (random() < 0.25) turn++;
        script.add(anyBody(Math.floor(random() * 9)), { turn });
      }
      const store = new BlockStore();
      const maker = createBlockMaker({ most: () => 1000 });
      const made = [...script.events.flatMap((event) => maker.add(event)), ...maker.end()];
      for (const block of made) store.add(block);
      const seqs = made.map(({ seq }) => seq);
      for (const seq of [-1, 30, ...seqs])
        expect([round, seqs, store.indexOf(seq)]).toEqual([round, seqs, seqs.indexOf(seq)]);
    }
  });
});

function anyBody(kind: number): Event {
  const message = (role: string, text: string) => ({
    type: 'ResponseItem',
    item: { type: 'message', role, content: [{ type: 'input_text', text }] },
  });
  const bodies = [
    message('user', 'a question'),
    message('user', '<environment_context>x</environment_context>'),
    message('user', '<div> is wrong'),
    message('assistant', 'an answer'),
    { type: 'TurnContext', context: {} },
    { type: 'EventMsg', msg: { type: 'UserMessage', text: 'a question' } },
    { type: 'EventMsg', msg: { type: 'AgentMessage', text: 'an answer' } },
    { type: 'EventMsg', msg: { type: 'TokenCount', total: { input_tokens: 1 } } },
    { type: 'EventMsg', msg: { type: 'TurnStarted' } },
  ];
  return bodies[kind] as unknown as Event;
}
