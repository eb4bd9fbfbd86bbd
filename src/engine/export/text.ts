import { SpokenInput } from '../../model/spoken-input.ts';
import type { Encoder, EncoderOptions, StreamFormat } from './encoder.ts';
import { kindOf, LossCounter } from './loss-counter.ts';

/** The transcript, with a blank line between sessions. Every recorded character in it is safe for a terminal. */
export const text: StreamFormat = { createEncoder };

function createEncoder({ createTranscript }: EncoderOptions): Encoder {
  const transcript = createTranscript();
  const losses = new LossCounter();
  const input = new SpokenInput();
  return {
    header: ({ indexInFile }) => (indexInFile > 0 ? ['\n'] : []),
    event(event) {
      const shown = transcript.write(event);
      input.add(event);
      if (shown === '' && !input.repeats(event)) losses.omit(event);
      else if (clipped.test(shown)) losses.add(kindOf(event), 'shortened');
      return [shown];
    },
    end() {
      input.end();
      losses.add('message', 'omitted', input.unsaidAnswers);
      return [transcript.end()];
    },
    losses: () => losses.counts(),
  };
}

/** How a transcript says that it leaves out lines, or the end of one. */
const clipped = /… [\d ]+ (?:lines?|more characters?)$/m;
