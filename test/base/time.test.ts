import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatTime, parseMoment, parseTime, relativeAge } from '../../src/base/time.ts';

const earliest = Date.parse('0000-01-01T00:00:00Z');
const latest = Date.parse('9999-12-31T23:59:59.999Z');

describe('parseTime', () => {
  it.each([
    ['2026-11-01T12:30:45Z', '2026-11-01T12:30:45.000Z'],
    ['2026-11-01T12:30:45.1Z', '2026-11-01T12:30:45.100Z'],
    ['2026-11-01T12:30:45.123999999Z', '2026-11-01T12:30:45.123Z'],
    ['2026-11-01t12:30:45z', '2026-11-01T12:30:45.000Z'],
    ['2026-11-01 12:30:45+02:00', '2026-11-01T10:30:45.000Z'],
    ['2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
    ['2026-12-31T23:30:00-05:30', '2027-01-01T05:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['0050-06-01T00:00:00Z', '0050-06-01T00:00:00.000Z'],
    ['0000-01-01T00:00:00Z', '0000-01-01T00:00:00.000Z'],
  ])('takes %s', (text, utc) => {
    expect(parseTime(text)).toBe(Date.parse(utc));
  });

  it.each([
    '2026-11-01T12:30:45',
    '2026-11-01',
    '2026-11-01T12:30Z',
    '2026-11-01T23:59:60Z',
    '10000-01-01T00:00:00Z',
    '+10000-01-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-10T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00+00:60',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00+0000',
    '9999-12-31T23:59:59-00:01',
    '0000-01-01T00:00:00+00:01',
    '2026-01-01T00:00:00Z ',
    '1730000000',
    '',
  ])('gives null for %j', (text) => {
    expect(parseTime(text)).toBeNull();
  });

  it('reads what formatTime writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: earliest, max: latest }), (ms) => {
        expect(parseTime(formatTime(ms)!)).toBe(ms);
      }),
    );
  });
});

describe('formatTime', () => {
  it('has no form for years that RFC 3339 cannot write', () => {
    expect(formatTime(latest + 1)).toBeNull();
    expect(formatTime(earliest - 1)).toBeNull();
    expect(formatTime(Number.NaN)).toBeNull();
  });
});

describe('parseMoment', () => {
  it('takes a date as midnight UTC', () => {
    expect(parseMoment('2026-11-01')).toBe(Date.parse('2026-11-01T00:00:00Z'));
  });

  it('takes a time with its zone', () => {
    expect(parseMoment('2026-11-01T12:00:00+02:00')).toBe(Date.parse('2026-11-01T10:00:00Z'));
  });

  it('asks for the zone when only that is missing', () => {
    const failure = expect.objectContaining({ kind: 'usage', hint: 'name the zone: 2026-11-01T12:00:00Z' });
    expect(() => parseMoment('2026-11-01T12:00:00')).toThrow(failure);
  });

  it.each(['', 'yesterday', '2026-02-30', '2026-11', '20261101', '1e3', '10000-01-01'])('refuses %j', (text) => {
    expect(() => parseMoment(text)).toThrow(expect.objectContaining({ kind: 'usage' }));
  });
});

describe('relativeAge', () => {
  const now = Date.parse('2026-11-22T12:00:00Z');

  it.each([
    [0, 'now'],
    [999, 'now'],
    [1000, '1 s ago'],
    [59_999, '59 s ago'],
    [60_000, '1 min ago'],
    [3 * 3_600_000, '3 h ago'],
    [24 * 3_600_000, '1 d ago'],
    [30 * 86_400_000, '30 d ago'],
    [31 * 86_400_000, '1 mo ago'],
    [366 * 86_400_000, '1 y ago'],
    [-999, 'now'],
    [-2 * 3_600_000, 'in 2 h'],
  ])('of %d ms is %s', (distance, text) => {
    expect(relativeAge(now - distance, now)).toBe(text);
  });
});
