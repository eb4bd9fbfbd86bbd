import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Failure, toFailure } from '../../src/base/failure.ts';
import { wordsOf } from '../../src/tui/words.ts';
import { makeFolder } from '../builders.ts';

describe('an error, as people are told it', () => {
  it('names the file once, with what the system says and not what Node makes of it', () => {
    const file = join(makeFolder(), 'nothing.png');
    const thrown = thrownBy(() => readFileSync(file));
    expect(wordsOf(thrown)).toBe(`${file}: no such file or directory`);
    expect(wordsOf(toFailure(thrown))).toBe(`${file}: no such file or directory`);
    expect(wordsOf(new Failure('trouble', 'cannot be shown', { file, cause: thrown, hint: 'look' }))).toBe(
      `${file}: cannot be shown (look)`,
    );
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}
