import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/base/durations.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe('parseDuration', () => {
  it.each([
    ['30d', 30 * day],
    ['12h', 12 * hour],
    ['2w', 14 * day],
    ['90m', 90 * minute],
    ['45s', 45 * second],
    ['1.5h', 90 * minute],
    ['1h30m', 90 * minute],
    ['1w2d3h4m5s', 9 * day + 3 * hour + 4 * minute + 5 * second],
    ['0d', 0],
    ['P30D', 30 * day],
    ['PT12H', 12 * hour],
    ['P2W', 14 * day],
    ['P1DT2H3M4S', day + 2 * hour + 3 * minute + 4 * second],
    ['PT0.5S', 500],
  ])('takes %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    '',
    ' ',
    '30',
    '0',
    '1.5',
    '-1d',
    '-P1D',
    '+1d',
    '3x',
    '1d junk',
    'junk1d',
    '1d 2h',
    ' 1d',
    '1d ',
    '30D',
    '1m1h',
    '1dd',
    'd',
    '.5h',
    '1e3s',
    '1_000d',
    '1,5h',
    'P',
    'PT',
    'P1',
    'P1DT',
    'P1H',
    'PT1D',
    'P1Y',
    'P1M',
    'P2W1D',
    'p1d',
    '1y',
    '1mo',
    '99999999999d',
    '1d\n',
    '１d',
    'NaNd',
    'Infinityd',
  ])('refuses %j', (text) => {
    expect(() => parseDuration(text)).toThrow(expect.objectContaining({ kind: 'usage' }));
  });

  it('tells how to name the unit of a bare number', () => {
    expect(() => parseDuration('30')).toThrow(expect.objectContaining({ hint: 'name the unit: 30d, 30h, 30m or 30s' }));
  });
});
