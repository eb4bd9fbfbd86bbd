/**
 * What each damaged file must give: the messages that are shown, and the findings. Numbers of rows are those of the table of
 * hostile inputs that this project is held to.
 */
export interface HostileRow {
  fixture: string;
  /** Exit code of `show`. */
  show: number;
  /** Which of the messages `good 1`, `good 2`, … are shown. */
  good: number[];
  /** How many lines are shown as `Unknown`. */
  unknown?: number;
  /** What `show` says on standard error. */
  says?: RegExp;
  /** What `ls` marks. */
  damage?: string[];
  /** Exit code of `validate`. */
  validate: number;
  /** `RULE severity line offset`; `-` where there is none. */
  findings: (at: Places) => string[];
}

/** Places in the decompressed content of the fixture. */
export interface Places {
  /** First byte of a line. */
  line(number: number): number;
  /** First byte of some content. */
  of(content: string | Uint8Array, from?: number): number;
}

const all = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const none = () => [];

export const hostileRows: HostileRow[] = [
  // 1, 2
  { fixture: 'empty.jsonl', show: 0, good: [], damage: ['EMPTY'], validate: 1, findings: () => ['EMPTY error - -'] },
  {
    fixture: 'only-blank-lines.jsonl',
    show: 0,
    good: [],
    damage: ['EMPTY'],
    validate: 1,
    findings: () => ['EMPTY error - -'],
  },
  // 3
  {
    fixture: 'torn-tail.jsonl',
    show: 0,
    good: all(3),
    says: /torn tail/,
    damage: ['TORN-TAIL'],
    validate: 1,
    findings: (at) => [`TORN-TAIL error 5 ${at.line(5)}`],
  },
  // 5
  { fixture: 'no-eol.jsonl', show: 0, good: all(4), validate: 0, findings: (at) => [`NO-EOL note 5 ${at.line(5)}`] },
  // 6
  {
    fixture: 'glued.jsonl',
    show: 3,
    good: [1, 3, 4],
    unknown: 1,
    damage: ['BAD-JSON'],
    validate: 1,
    findings: (at) => [`GLUED error 3 ${at.of('{"timestamp"', at.line(3) + 1)}`],
  },
  {
    fixture: 'glued-twice.jsonl',
    show: 3,
    good: [1, 3, 4],
    unknown: 1,
    damage: ['BAD-JSON'],
    validate: 1,
    findings: (at) => [`GLUED error 3 ${at.line(3) + 100}`],
  },
  {
    fixture: 'glued-whole.jsonl',
    show: 3,
    good: [1, 3, 4],
    unknown: 1,
    damage: ['BAD-JSON'],
    validate: 1,
    findings: (at) => [`GLUED error 3 ${at.of('}{') + 1}`],
  },
  {
    fixture: 'torn-in-middle.jsonl',
    show: 3,
    good: all(4),
    unknown: 1,
    damage: ['BAD-JSON'],
    validate: 1,
    findings: (at) => [`BAD-JSON error 3 ${at.line(4) - 1}`],
  },
  // 7, 8
  {
    fixture: 'hole-at-end.jsonl',
    show: 0,
    good: all(3),
    says: /torn tail/,
    damage: ['HOLE'],
    validate: 1,
    findings: (at) => [`HOLE error 5 ${at.line(5)}`],
  },
  {
    fixture: 'hole-in-middle.jsonl',
    show: 3,
    good: [1, 3, 4],
    unknown: 1,
    damage: ['HOLE'],
    validate: 1,
    findings: (at) => [`HOLE error 3 ${at.of('\0')}`],
  },
  {
    fixture: 'hole-before-record.jsonl',
    show: 3,
    good: [1, 3, 4],
    unknown: 1,
    damage: ['HOLE'],
    validate: 1,
    findings: (at) => [`GLUED error 3 ${at.line(3) + 64}`],
  },
  // 9
  {
    fixture: 'bad-line.jsonl',
    show: 3,
    good: [1, 3, 4],
    unknown: 1,
    says: /cannot be decoded/,
    damage: ['BAD-JSON'],
    validate: 1,
    findings: (at) => [`BAD-JSON error 3 ${at.of('his is no record')}`],
  },
  // 10, 11, 12
  {
    fixture: 'two-writers.jsonl',
    show: 0,
    good: all(6),
    validate: 1,
    findings: (at) => [`ORDINAL-REUSE error 6 ${at.line(6)}`],
  },
  {
    fixture: 'last-ordinal-missing.jsonl',
    show: 0,
    good: all(4),
    validate: 1,
    findings: (at) => [`ORDINAL-MISSING error 5 ${at.line(5)}`],
  },
  {
    fixture: 'ordinal-missing-in-middle.jsonl',
    show: 0,
    good: all(4),
    validate: 1,
    findings: (at) => [`ORDINAL-MISSING error 3 ${at.line(3)}`],
  },
  {
    fixture: 'ordinal-gap.jsonl',
    show: 0,
    good: all(4),
    validate: 1,
    findings: (at) => [`ORDINAL-GAP error 4 ${at.line(4)}`],
  },
  {
    fixture: 'ordinal-back.jsonl',
    show: 0,
    good: all(4),
    validate: 1,
    findings: (at) => [`ORDINAL-GAP error 4 ${at.line(4)}`, `ORDINAL-BACK error 5 ${at.line(5)}`],
  },
  {
    fixture: 'ordinals-in-legacy.jsonl',
    show: 0,
    good: all(5),
    validate: 0,
    findings: (at) => [`MIXED-DIALECT note 6 ${at.line(6)}`],
  },
  // 13 to 18
  { fixture: 'big-integers.jsonl', show: 0, good: all(5), validate: 0, findings: none },
  { fixture: 'odd-numbers.jsonl', show: 0, good: all(5), validate: 0, findings: none },
  {
    fixture: 'duplicate-key.jsonl',
    show: 0,
    good: all(5),
    validate: 1,
    findings: (at) => [`DUP-KEY error 6 ${at.of('"type":"event_msg"', at.of('"type":"response_item"'))}`],
  },
  {
    fixture: 'duplicate-key-escaped.jsonl',
    show: 0,
    good: all(5),
    validate: 1,
    findings: (at) => [`DUP-KEY error 6 ${at.of('"m\\u0065ssage"')}`],
  },
  { fixture: 'integer-like-keys.jsonl', show: 0, good: all(5), validate: 0, findings: none },
  { fixture: 'prototype-keys.jsonl', show: 0, good: all(5), validate: 0, findings: none },
  { fixture: 'lone-surrogate.jsonl', show: 0, good: all(5), validate: 0, findings: none },
  // 19 to 24
  {
    fixture: 'bad-utf8.jsonl',
    show: 3,
    good: [1, 3, 4],
    unknown: 3,
    damage: ['BAD-UTF8'],
    validate: 1,
    findings: (at) => [
      `BAD-UTF8 error 3 ${at.of(Buffer.from([0xff]))}`,
      `BAD-UTF8 error 4 ${at.of(Buffer.from([0xc0]))}`,
      `BAD-UTF8 error 5 ${at.of(Buffer.from([0xed, 0xa0]))}`,
    ],
  },
  { fixture: 'bom.jsonl', show: 0, good: all(4), validate: 0, findings: () => ['BOM note 1 0'] },
  {
    fixture: 'utf16.jsonl',
    show: 3,
    good: [],
    unknown: 5,
    damage: ['HOLE'],
    validate: 1,
    findings: () => ['NOT-UTF8 error - -'],
  },
  {
    fixture: 'utf16-big-endian.jsonl',
    show: 3,
    good: [],
    unknown: 5,
    damage: ['HOLE'],
    validate: 1,
    findings: () => ['NOT-UTF8 error - -'],
  },
  { fixture: 'crlf.jsonl', show: 0, good: all(4), validate: 0, findings: none },
  { fixture: 'lone-cr.jsonl', show: 0, good: all(4), validate: 0, findings: none },
  { fixture: 'line-separators.jsonl', show: 0, good: all(5), validate: 0, findings: none },
  {
    fixture: 'blank-lines.jsonl',
    show: 0,
    good: all(4),
    validate: 0,
    findings: (at) => [`BLANK note 3 ${at.line(3)}`],
  },
  // 25, 26, 27
  {
    fixture: 'control-byte.jsonl',
    show: 3,
    good: [1, 3, 4],
    unknown: 1,
    damage: ['BAD-JSON'],
    validate: 1,
    findings: (at) => [`BAD-JSON error 3 ${at.of('\x01')}`],
  },
  {
    fixture: 'not-json.jsonl',
    show: 3,
    good: [1, 3, 4],
    unknown: 9,
    damage: ['BAD-JSON'],
    validate: 1,
    findings: (at) => [
      `BAD-JSON error 3 ${at.of('NaN')}`,
      `BAD-JSON error 4 ${at.of('Infinity')}`,
      `BAD-JSON error 5 ${at.of('1,}') + 2}`,
      `BAD-JSON error 6 ${at.of('/*')}`,
      `BAD-JSON error 7 ${at.of("'1'")}`,
      `BAD-JSON error 8 ${at.of(':01') + 2}`,
      `BAD-JSON error 9 ${at.of(':.5') + 1}`,
      `BAD-JSON error 10 ${at.of('// why')}`,
      `BAD-JSON error 11 ${at.of('1,}', at.of('// why')) + 2}`,
    ],
  },
  {
    fixture: 'not-objects.jsonl',
    show: 3,
    good: [1, 3, 4],
    unknown: 4,
    damage: ['NOT-OBJECT'],
    validate: 1,
    findings: (at) => [3, 4, 5, 6].map((line) => `NOT-OBJECT error ${line} ${at.line(line)}`),
  },
  // 32
  {
    fixture: 'unknown-kinds.jsonl',
    show: 0,
    good: all(4),
    unknown: 3,
    validate: 0,
    findings: (at) => [6, 7, 8].map((line) => `UNKNOWN note ${line} ${at.line(line)}`),
  },
  {
    fixture: 'future-history-mode.jsonl',
    show: 0,
    good: all(4),
    validate: 0,
    findings: () => ['HISTORY-MODE note 1 0'],
  },
  // 33, 34
  { fixture: 'no-meta.jsonl', show: 0, good: all(4), validate: 1, findings: () => ['NO-META error 1 0'] },
  { fixture: 'id-mismatch.jsonl', show: 0, good: all(4), validate: 1, findings: () => ['ID-MISMATCH error 1 0'] },
  // 36 to 46
  {
    fixture: 'zstd-no-checksum.jsonl.zst',
    show: 0,
    good: all(40),
    validate: 0,
    findings: () => ['ZSTD-NO-CHECKSUM note - -'],
  },
  { fixture: 'zstd-many-frames.jsonl.zst', show: 0, good: all(40), validate: 0, findings: none },
  { fixture: 'zstd-skippable-first.jsonl.zst', show: 0, good: all(40), validate: 0, findings: none },
  { fixture: 'zstd-skippable-last.jsonl.zst', show: 0, good: all(40), validate: 0, findings: none },
  {
    fixture: 'zstd-truncated.jsonl.zst',
    show: 3,
    good: all(39),
    damage: ['ZSTD-TRUNCATED'],
    validate: 3,
    findings: () => ['ZSTD-TRUNCATED partial - -'],
  },
  {
    fixture: 'zstd-bit-flip.jsonl.zst',
    show: 3,
    good: all(19),
    damage: ['ZSTD-DAMAGED'],
    validate: 3,
    findings: () => ['ZSTD-DAMAGED partial - -'],
  },
  {
    // Nothing can tell that `good 20` became `good 2`: without a checksum only a seal could.
    fixture: 'zstd-bit-flip-no-checksum.jsonl.zst',
    show: 0,
    good: all(40).filter((number) => number !== 20),
    validate: 0,
    findings: () => ['ZSTD-NO-CHECKSUM note - -'],
  },
  {
    fixture: 'zstd-trailing-zeros.jsonl.zst',
    show: 3,
    good: all(40),
    says: /100 bytes follow/,
    damage: ['ZSTD-TRAILING'],
    validate: 3,
    findings: () => ['ZSTD-TRAILING partial - -'],
  },
  {
    fixture: 'zstd-trailing-garbage.jsonl.zst',
    show: 3,
    good: all(40),
    says: /21 bytes follow/,
    damage: ['ZSTD-TRAILING'],
    validate: 3,
    findings: () => ['ZSTD-TRAILING partial - -'],
  },
  ...['zstd-window-1-gib.jsonl.zst', 'zstd-window-2-gib.jsonl.zst'].map((fixture) => ({
    fixture,
    show: 3,
    good: [],
    damage: ['ZSTD-WINDOW'],
    validate: 3,
    findings: () => ['ZSTD-NO-CHECKSUM note - -', 'ZSTD-WINDOW partial - -'],
  })),
  {
    fixture: 'zstd-dictionary.jsonl.zst',
    show: 3,
    good: [],
    says: /dictionary/,
    damage: ['ZSTD-UNSUPPORTED'],
    validate: 3,
    findings: () => ['ZSTD-NO-CHECKSUM note - -', 'ZSTD-UNSUPPORTED partial - -'],
  },
  ...['zstd-before-1.0.jsonl.zst', 'gzip.jsonl.zst'].map((fixture) => ({
    fixture,
    show: 3,
    good: [],
    damage: ['ZSTD-UNSUPPORTED'],
    validate: 3,
    findings: () => ['ZSTD-UNSUPPORTED partial - -'],
  })),
  { fixture: 'compressed.jsonl', show: 0, good: all(40), validate: 1, findings: () => ['WRONG-EXT error - -'] },
  { fixture: 'not-compressed.jsonl.zst', show: 0, good: all(40), validate: 1, findings: () => ['WRONG-EXT error - -'] },
  // 54, 55
  { fixture: 'terminal-escapes.jsonl', show: 0, good: all(5), validate: 0, findings: none },
  { fixture: 'hidden-text.jsonl', show: 0, good: all(5), validate: 0, findings: none },
  // 61
  {
    fixture: 'time-1970.jsonl',
    show: 0,
    good: all(5),
    validate: 1,
    findings: (at) => [`TIME-BAD error 6 ${at.line(6)}`],
  },
  {
    fixture: 'time-year-10000.jsonl',
    show: 0,
    good: all(5),
    validate: 1,
    findings: (at) => [`TIME-BAD error 6 ${at.line(6)}`],
  },
  {
    fixture: 'time-leap-second.jsonl',
    show: 0,
    good: all(5),
    validate: 1,
    findings: (at) => [`TIME-BAD error 6 ${at.line(6)}`],
  },
  {
    fixture: 'time-no-zone.jsonl',
    show: 0,
    good: all(5),
    validate: 1,
    findings: (at) => [`TIME-BAD error 6 ${at.line(6)}`],
  },
  {
    fixture: 'time-back.jsonl',
    show: 0,
    good: all(5),
    validate: 0,
    findings: (at) => [`TIME-BACK note 6 ${at.line(6)}`],
  },
  {
    fixture: 'time-future.jsonl',
    show: 0,
    good: all(5),
    validate: 0,
    findings: (at) => [`TIME-FUTURE note 6 ${at.line(6)}`],
  },
  {
    fixture: 'time-missing.jsonl',
    show: 0,
    good: all(5),
    validate: 1,
    findings: (at) => [`SCHEMA error 6 ${at.line(6)}`],
  },
  // Invariants without a row of their own.
  {
    fixture: 'wrong-types.jsonl',
    show: 0,
    good: all(4),
    unknown: 1,
    validate: 1,
    findings: (at) => [`SCHEMA error 6 ${at.line(6)}`],
  },
  {
    fixture: 'strange-object.jsonl',
    show: 0,
    good: all(4),
    unknown: 1,
    validate: 1,
    findings: (at) => [`SCHEMA error 6 ${at.line(6)}`],
  },
  {
    fixture: 'bare-line.jsonl',
    show: 0,
    good: all(5),
    validate: 1,
    findings: (at) => [`MIXED-DIALECT error 6 ${at.line(6)}`],
  },
  {
    fixture: 'unmatched-calls.jsonl',
    show: 0,
    good: all(6),
    validate: 1,
    findings: (at) => [`CALL-WITHOUT-RESULT error 11 ${at.line(11)}`, `RESULT-WITHOUT-CALL error 13 ${at.line(13)}`],
  },
  {
    fixture: 'unmatched-turns.jsonl',
    show: 0,
    good: all(5),
    validate: 1,
    findings: (at) => [`TURN-UNFINISHED note 6 ${at.line(6)}`, `TURN-END-WITHOUT-START error 10 ${at.line(10)}`],
  },
  {
    fixture: 'unfinished-turn.jsonl',
    show: 0,
    good: all(5),
    validate: 0,
    findings: (at) => [`TURN-UNFINISHED note 6 ${at.line(6)}`],
  },
];
