import { describe, expect, it } from 'vitest';
import { defuse } from '../../../src/engine/export/tables/cells.ts';

describe('a cell that a spreadsheet would take for a formula', () => {
  it.each([
    ['=cmd|"/c calc"!A1'],
    ['+1+1'],
    ['-2+3'],
    ['@SUM(1)'],
    ['\t=1'],
    ['\r=1'],
    ['\n=1'],
    [' =1'],
    ['\u00a0=1'],
    ['\u200b=1'],
    ['\ufeff=1'],
    ['"=1'],
    ["'=1"],
    ['\uff1d1+1'],
    ['\uff0b1'],
    ['\uff0d1'],
    ['\uff20A'],
    ['\ufe661'],
    [`${' '.repeat(5000)}=1`],
    ['\0=1'],
  ])('%j gets an apostrophe in front', (text) => {
    expect(defuse(text)).toBe(`'${text}`);
  });

  it.each([['a=1'], ['1'], ['2026-11-22'], [''], ['  x'], ['(=1)'], ['\u{1f600}'], ["it's =1"]])(
    '%j is none',
    (text) => {
      expect(defuse(text)).toBe(text);
    },
  );
});
