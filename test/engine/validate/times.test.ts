import { describe, expect, it } from 'vitest';
import { check, rulesOf, session, sessionId } from './check-lines.ts';

const at = (time: string) =>
  `${JSON.stringify({ timestamp: time, type: 'event_msg', payload: { type: 'user_message', message: 'x' } })}\n`;

describe('times', () => {
  it.each<[string, string[], string[]]>([
    ['in order', ['2026-05-01T12:00:01.000Z', '2026-05-01T12:00:02.000Z'], []],
    ['the same', ['2026-05-01T12:00:01.000Z', '2026-05-01T12:00:01.000Z'], []],
    [
      'in order, in zones of their own',
      ['2026-05-01T16:00:01+02:00', '2026-05-01T15:00:00Z', '2026-05-01t10:00:01.5-05:00'],
      [],
    ],
    [
      'back once',
      ['2026-05-01T13:00:00.000Z', '2026-05-01T12:30:00.000Z', '2026-05-01T12:31:00.000Z'],
      ['TIME-BACK note 3'],
    ],
    ['back in another zone', ['2026-05-01T13:00:00.000Z', '2026-05-01T14:00:00.000+02:00'], ['TIME-BACK note 3']],
    ['on the last day of a month', ['2026-05-31T00:00:00.000Z'], ['TIME-FUTURE note 2']],
    ['on a day that there is not', ['2026-04-31T00:00:00.000Z'], ['TIME-BAD error 2']],
    ['in the future, said once', ['2026-05-03T00:00:00.000Z', '2026-05-04T00:00:00.000Z'], ['TIME-FUTURE note 2']],
    ['a little in the future', ['2026-05-02T12:00:30.000Z'], []],
    ['from before the clock was set', ['1970-01-01T00:00:00.000Z'], ['TIME-BAD error 2']],
    ['no times', ['yesterday'], ['TIME-BAD error 2']],
    ['empty', [''], ['TIME-BAD error 2']],
    ['without a zone', ['2026-05-01T12:00:01.000'], ['TIME-BAD error 2']],
    ['leap seconds', ['2026-05-01T23:59:60Z'], ['TIME-BAD error 2']],
  ])('may be %s', async (_how, times, expected) => {
    expect(await rulesOf(session('envelope').bytes + times.map(at).join(''))).toEqual(expected);
  });

  it('of the session_meta are checked as well', async () => {
    const [finding] = await check(session('envelope', { timestamp: 'long ago' }).bytes);
    expect(finding).toMatchObject({ rule: 'TIME-BAD', line: 1, pointer: '/payload/timestamp' });
    const bare = `{"id":"${sessionId}","timestamp":"2025-08-07","instructions":null}\n`;
    expect(await check(bare)).toMatchObject([{ rule: 'TIME-BAD', line: 1, pointer: '/timestamp' }]);
  });

  it('of what a fork copied may be older than the fork', async () => {
    const copied = at('2026-04-01T12:00:00.000Z');
    const fork = session('envelope', { forked_from_id: '01a01234-0000-7abc-8def-0123456789ab' }).bytes;
    expect(await rulesOf(fork + copied)).toEqual(['DANGLING note 1']);
    expect(await rulesOf(session('envelope').bytes + copied)).toEqual(['TIME-BACK note 2']);
  });
});
