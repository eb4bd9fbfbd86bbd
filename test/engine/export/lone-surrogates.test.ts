import { describe, expect, it } from 'vitest';
import type { EncoderOptions } from '../../../src/engine/export/encoder.ts';
import { html } from '../../../src/engine/export/html.ts';
import { markdown } from '../../../src/engine/export/markdown.ts';
import type { Event } from '../../../src/model/event.ts';

describe.each([
  ['html', html],
  ['markdown', markdown],
])('%s', (_, format) => {
  const lossesOf = (text: string) => {
    const encoder = format.createEncoder({
      isRedacted: false,
      producer: { name: 'p', version: '1' },
    } as EncoderOptions);
    const msg = { type: 'AgentMessage', text };
    encoder.event({ thread_id: null, seq: 0, timestamp: null, turn: 1, type: 'EventMsg', msg } as Event);
    return encoder.losses();
  };

  it('counts a text with half a character as altered', () => {
    expect(lossesOf('a\ud83d b')).toEqual([{ kind: 'texts with lone surrogates', effect: 'altered', count: 1 }]);
  });

  it('counts neither whole ones nor what stood there already', () => expect(lossesOf('\u{1f600} \ufffd')).toEqual([]));
});
