import { describe, expect, it } from 'vitest';
import { GivenOptions } from '../../../src/commands/frame/given-options.ts';

const specs = ['limit', 'older-than', 'since'].map((long) => ({ long, value: 'X', description: '' }));

function given(long: string, value: string) {
  return new GivenOptions(specs, new Map([[long, [value]]]));
}

describe('GivenOptions', () => {
  it('parses counts, durations and times', () => {
    expect(given('limit', '0').count('limit')).toBe(0);
    expect(given('limit', '007').count('limit')).toBe(7);
    expect(given('older-than', '2h').duration('older-than')).toBe(7_200_000);
    expect(given('since', '2026-11-01').moment('since')).toBe(Date.parse('2026-11-01T00:00:00Z'));
  });

  it.each(['1e3', '0x10', '-1', '1.5', '', ' 1', '99999999999999999999', 'many'])('refuses %j as a count', (text) => {
    expect(() => given('limit', text).count('limit')).toThrow(
      expect.objectContaining({ kind: 'usage', message: `--limit: '${text}' is not a whole number` }),
    );
  });

  it('names the option when a duration or a time is wrong', () => {
    expect(() => given('older-than', '30').duration('older-than')).toThrow(
      expect.objectContaining({
        message: "--older-than: '30' is not a duration",
        hint: expect.stringContaining('30d'),
      }),
    );
    expect(() => given('since', 'now').moment('since')).toThrow(
      expect.objectContaining({ message: "--since: 'now' is not a date or a time" }),
    );
  });

  it('answers only for options that the command lists', () => {
    const options = new GivenOptions(specs, new Map());
    expect(() => options.flag('json')).toThrow('no option --json');
    expect(options.has('json')).toBe(false);
  });
});
