import { describe, expect, it } from 'vitest';
import type { Event, EventHead } from '../../src/model/event.ts';
import { SpokenInput } from '../../src/model/spoken-input.ts';
import { item, msg } from '../ui/transcript/events.ts';

describe('what a user said', () => {
  it('is shown once where both records are there, in either order', () => {
    expect(told([input('a'), said('a')])).toEqual(['a']);
    expect(told([said('a'), input('a')])).toEqual(['a']);
    expect(told([started(), input('a'), said('a'), answer()])).toEqual(['a', 'answer']);
    expect(told([started(), said('a'), input('a'), answer()])).toEqual(['a', 'answer']);
  });

  it('is shown where only the input is recorded, before the answer to it', () => {
    expect(told([input('a'), input('b', 2), answer(2), input('c', 3)])).toEqual(['a', 'b', 'answer', 'c']);
    expect(told([started(), input('a'), msg('TokenCount', {}, { turn: 1 }), answer()])).toEqual(['a', 'answer']);
  });

  it('is not said again when the event comes behind an answer', () => {
    expect(told([started(), input('a'), answer(), said('a')])).toEqual(['a', 'answer']);
  });

  it('is no context, unless a turn begins with it', () => {
    const context = '<environment_context>\n/home</environment_context>';
    expect(told([started(), input(context), input('a'), said('a')])).toEqual(['a']);
    expect(told([input('<div> is wrong here')])).toEqual(['<div> is wrong here']);
    expect(told([input('before the first turn', 0)])).toEqual([]);
  });

  it('has the pictures that the event lacks', () => {
    const picture = { type: 'input_image', image_url: 'data:,x' };
    const parts = [{ type: 'input_text', text: '<image>' }, picture, { type: 'input_text', text: '</image>' }];
    const copy = item('message', { role: 'user', content: parts }, { turn: 1 });
    const images = (events: Event[]) =>
      shown(events).flatMap((event) => (event.type === 'EventMsg' ? [event.msg.images] : []));
    expect(images([copy, said('')])).toEqual([['data:,x']]);
    expect(images([copy])).toEqual([['data:,x']]);
    expect(images([copy, msg('UserMessage', { text: 'a', images: ['data:,y'] }, { turn: 1 })])).toEqual([['data:,y']]);
  });

  it('is no loss where it is shown; an answer that nothing shows is one', () => {
    const fold = new SpokenInput();
    const reply = item('message', { role: 'assistant', content: [{ type: 'output_text', text: 'x' }] }, { turn: 1 });
    const events = [input('a'), said('a'), answer(), reply];
    for (const event of events) fold.add(event);
    fold.end();
    expect(fold.unsaidAnswers).toBe(0);
    for (const event of [input('b', 2), { ...reply, turn: 2 } as Event]) fold.add(event);
    fold.end();
    expect(fold.unsaidAnswers).toBe(1);
  });
});

function shown(events: Event[]): Event[] {
  const fold = new SpokenInput();
  return [...events.flatMap((event) => fold.add(event)), ...fold.end()];
}

function told(events: Event[]): unknown[] {
  return shown(events).flatMap((event) =>
    event.type === 'EventMsg' && ['UserMessage', 'AgentMessage'].includes(event.msg.type) ? [event.msg.text] : [],
  );
}

function input(text: string, turn = 1): Event {
  return item('message', { role: 'user', content: [{ type: 'input_text', text }] }, { turn } as Partial<EventHead>);
}

function said(text: string, turn = 1): Event {
  return msg('UserMessage', { text }, { turn });
}

function answer(turn = 1): Event {
  return msg('AgentMessage', { text: 'answer' }, { turn });
}

function started(): Event {
  return msg('TurnStarted', {}, { turn: 1 });
}
