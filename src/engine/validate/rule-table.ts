import type { Severity } from '../../model/finding.ts';

/** One kind of finding. */
export interface Rule {
  name: string;
  /** What its findings weigh, unless the file itself explains them. */
  severity: Severity;
  /** What the rule finds, in a sentence or two; printed by help and manual. */
  text: string;
}

/** Every rule that `validate` knows, in the order in which help lists them. */
export const ruleTable = [
  {
    name: 'SYMLINK',
    severity: 'error',
    text: 'A rollout is a symbolic link, which is not followed. A note for a linked folder.',
  },
  { name: 'NOT-REGULAR', severity: 'error', text: 'A folder, pipe, socket or device has the name of a rollout.' },
  { name: 'UNREADABLE', severity: 'partial', text: 'A file or folder cannot be opened or read.' },
  {
    name: 'PERMS',
    severity: 'note',
    text: 'Other users can read the sessions. With `--perms` an error, for each file and folder.',
  },
  {
    name: 'DUP-ID',
    severity: 'error',
    text: 'Two files have the same rollout id. A note when their content is the same.',
  },
  { name: 'WRONG-EXT', severity: 'error', text: 'A `.jsonl` file is compressed, or a `.zst` file is not.' },
  {
    name: 'ZSTD-TRUNCATED',
    severity: 'partial',
    text: 'The last zstd frame is cut short. The lines before the cut are checked.',
  },
  { name: 'ZSTD-TRAILING', severity: 'partial', text: 'Bytes that are no zstd frame follow the last one.' },
  { name: 'ZSTD-WINDOW', severity: 'partial', text: 'A zstd frame needs a window of more than 128 MiB.' },
  {
    name: 'ZSTD-UNSUPPORTED',
    severity: 'partial',
    text: 'The compressed form is not supported: a dictionary, zstd before 1.0, gzip.',
  },
  {
    name: 'ZSTD-DAMAGED',
    severity: 'partial',
    text: 'A zstd frame cannot be decoded. The lines before it are checked.',
  },
  {
    name: 'ZSTD-NO-CHECKSUM',
    severity: 'note',
    text: 'The zstd frame carries no checksum, as Codex writes it: a changed byte may go unnoticed.',
  },
  { name: 'EMPTY', severity: 'error', text: 'The file holds no line, or only blank ones.' },
  { name: 'BLANK', severity: 'note', text: 'There are blank lines.' },
  {
    name: 'BOM',
    severity: 'note',
    text: 'The file begins with a byte order mark. Codex refuses to resume such a session.',
  },
  { name: 'NOT-UTF8', severity: 'error', text: 'The file is UTF-16. Nothing else in it is checked.' },
  {
    name: 'BAD-UTF8',
    severity: 'error',
    text: 'A line holds bytes that are not UTF-8; the offset is that of the first one.',
  },
  { name: 'NO-EOL', severity: 'note', text: 'The last record is whole, but no line feed ends it.' },
  {
    name: 'TORN-TAIL',
    severity: 'error',
    text: 'The last line is unfinished. A note while a process writes to the session.',
  },
  { name: 'HOLE', severity: 'error', text: 'A line holds NUL bytes, as after a crash of the machine.' },
  {
    name: 'GLUED',
    severity: 'error',
    text: 'A line holds a whole record and something before or behind it; the offset is where the record begins.',
  },
  { name: 'BAD-JSON', severity: 'error', text: 'A line is not JSON; the offset is where that shows.' },
  { name: 'NOT-OBJECT', severity: 'error', text: 'A line is JSON, but not an object.' },
  {
    name: 'DUP-KEY',
    severity: 'error',
    text: 'A key stands twice in one object, so that readers differ in what they see.',
  },
  { name: 'LINE-TOO-LONG', severity: 'partial', text: 'A line is over the limit of 32 MiB and is not parsed.' },
  {
    name: 'TOO-MANY-VALUES',
    severity: 'partial',
    text: 'A line holds more than 250,000 values, which would take far more memory than the text, and is not parsed.',
  },
  { name: 'TOO-DEEP', severity: 'partial', text: 'A line nests deeper than 512 levels and is not parsed.' },
  { name: 'SCHEMA', severity: 'error', text: 'A line is not what the schema `rollout-line` allows in its dialect.' },
  {
    name: 'UNKNOWN',
    severity: 'note',
    text: 'A record is of a kind that this version does not know. Said once a file for each kind.',
  },
  {
    name: 'MIXED-DIALECT',
    severity: 'error',
    text: 'Lines have the form of another version than the rest. A note for ordinals in a session that is not paginated.',
  },
  {
    name: 'NO-META',
    severity: 'error',
    text: 'The first record is not the session_meta. Codex refuses to resume such a session.',
  },
  {
    name: 'ID-MISMATCH',
    severity: 'error',
    text: 'The id in the session_meta is not the one in the name of the file.',
  },
  {
    name: 'HISTORY-MODE',
    severity: 'note',
    text: 'The history mode is not a known one. Codex hides and refuses such a session.',
  },
  {
    name: 'ORDINAL-MISSING',
    severity: 'error',
    text: 'A record of a paginated session has no ordinal. When it is the last one, Codex refuses to resume.',
  },
  {
    name: 'ORDINAL-REUSE',
    severity: 'error',
    text: 'A record has an ordinal that an earlier one has, as when two processes wrote at once.',
  },
  { name: 'ORDINAL-GAP', severity: 'error', text: 'Ordinals are left out, and no damaged line accounts for them.' },
  { name: 'ORDINAL-BACK', severity: 'error', text: 'An ordinal is smaller than one before it, and not used before.' },
  {
    name: 'CALL-WITHOUT-RESULT',
    severity: 'error',
    text: 'A tool call has no result, though its turn was completed. A note where the turn was not.',
  },
  {
    name: 'RESULT-WITHOUT-CALL',
    severity: 'error',
    text: 'A tool result has no call before it. A note where the call may stand in an inherited file.',
  },
  { name: 'TURN-UNFINISHED', severity: 'note', text: 'A turn was started and neither completed nor aborted.' },
  { name: 'TURN-END-WITHOUT-START', severity: 'error', text: 'The end of a turn that was not started.' },
  { name: 'TIME-BACK', severity: 'note', text: 'A record has an earlier time than the one before it.' },
  {
    name: 'TIME-BAD',
    severity: 'error',
    text: 'A time is not RFC 3339 with a zone, or lies before there were sessions.',
  },
  { name: 'TIME-FUTURE', severity: 'note', text: 'A time lies in the future. Said once a file.' },
  {
    name: 'DANGLING',
    severity: 'error',
    text: 'The file whose history this one continues is missing. A note for a missing parent that nothing is read from, and where no home is at hand to look in.',
  },
  { name: 'CYCLE', severity: 'error', text: 'A session leads back to itself through what it was forked from.' },
  {
    name: 'BASE-OFFSET',
    severity: 'error',
    text: 'The point up to which a file continues another one is missing, beyond its end, or not between two records.',
  },
] as const satisfies readonly Rule[];

export type RuleName = (typeof ruleTable)[number]['name'];

const severities = new Map<RuleName, Severity>(ruleTable.map(({ name, severity }) => [name, severity]));

export function severityOf(rule: RuleName): Severity {
  return severities.get(rule) as Severity;
}
