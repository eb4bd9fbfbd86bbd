/** What a patch asks for, file by file, in its order. Paths are as written. */
export type FileEdit =
  | { type: 'add'; path: string; lines: string[] }
  | { type: 'delete'; path: string }
  | { type: 'update'; path: string; moveTo: string | null; hunks: Hunk[] };

/** One place of a file that changes. */
export interface Hunk {
  /** Number of its first line in the patch. */
  line: number;
  /** The text after `@@`: a line of the file after which the place is looked for. */
  anchors: string[];
  lines: HunkLine[];
  isEndOfFile: boolean;
}

/** `' '` stays, `'-'` goes, `'+'` comes. */
export interface HunkLine {
  kind: ' ' | '-' | '+';
  text: string;
}

/** What is wrong with a patch, in words for the model. */
export class PatchProblem extends Error {}

/**
 * Reads a patch in the form that models of OpenAI write:
 *
 *     *** Begin Patch
 *     *** Add File: PATH            lines that begin with +
 *     *** Delete File: PATH
 *     *** Update File: PATH         then perhaps *** Move to: PATH, then hunks:
 *     @@ a line before the place    perhaps several; or just @@
 *      stays / -goes / +comes
 *     *** End of File               when the hunk is at the end
 *     *** End Patch
 *
 * A heredoc around it and CRLF are taken, as Codex does.
 * @throws PatchProblem with the number of the line and what was expected there
 */
export function parsePatch(text: string): FileEdit[] {
  const lines = unwrap(text)
    .split('\n')
    .map((line) => line.replace(/\r$/, ''));
  const begin = Math.max(
    0,
    lines.findIndex((line) => line.trim() !== ''),
  );
  let last = lines.length - 1;
  while (last > begin && lines[last]!.trim() === '') last -= 1;
  if (lines[begin]?.trim() !== beginMark) throw expected(begin, `'${beginMark}'`, lines[begin]);
  if (lines[last]?.trim() !== endMark) throw expected(last, `'${endMark}' as the last line`, lines[last]);
  const cursor: Cursor = { lines, at: begin + 1, end: last };
  const edits: FileEdit[] = [];
  while (cursor.at < cursor.end) {
    if (lines[cursor.at]!.trim() === '') cursor.at += 1;
    else edits.push(readEdit(cursor));
  }
  if (edits.length === 0) throw new PatchProblem('the patch is empty: no file is added, deleted or updated');
  return edits;
}

interface Cursor {
  lines: string[];
  at: number;
  end: number;
}

const beginMark = '*** Begin Patch';
const endMark = '*** End Patch';
const endOfFileMark = '*** End of File';

function unwrap(text: string): string {
  const match = /^\s*<<-?\s*(['"]?)(\w+)\1[^\S\n]*\n([\s\S]*)\n\2\s*$/.exec(text);
  return match ? match[3]! : text;
}

function readEdit(cursor: Cursor): FileEdit {
  const line = cursor.lines[cursor.at]!;
  const header = /^\s*\*\*\* (Add|Delete|Update) File: (.*)$/.exec(line);
  if (!header) throw expected(cursor.at, "'*** Add File: ', '*** Delete File: ' or '*** Update File: '", line);
  const path = checkPath(header[2]!.trim(), cursor.at);
  cursor.at += 1;
  if (header[1] === 'Delete') return { type: 'delete', path };
  return header[1] === 'Add' ? { type: 'add', path, lines: readAdded(cursor) } : readUpdate(path, cursor);
}

function readAdded(cursor: Cursor): string[] {
  const added: string[] = [];
  for (; cursor.at < cursor.end && cursor.lines[cursor.at]!.startsWith('+'); cursor.at += 1) {
    added.push(cursor.lines[cursor.at]!.slice(1));
  }
  const next = cursor.lines[cursor.at]!;
  if (cursor.at < cursor.end && next.trim() !== '' && !next.startsWith('*** ')) {
    throw expected(cursor.at, "a line of the new file, beginning with '+'", next);
  }
  return added;
}

function readUpdate(path: string, cursor: Cursor): FileEdit {
  const start = cursor.at;
  const move = /^\s*\*\*\* Move to: (.*)$/.exec(cursor.lines[cursor.at] ?? '');
  const moveTo = move && cursor.at < cursor.end ? checkPath(move[1]!.trim(), cursor.at) : null;
  if (moveTo !== null) cursor.at += 1;
  const hunks: Hunk[] = [];
  while (cursor.at < cursor.end && !isHeader(cursor.lines[cursor.at]!)) {
    if (cursor.lines[cursor.at]!.trim() === '' && endsHere(cursor)) break;
    hunks.push(readHunk(cursor, hunks.length === 0));
  }
  if (hunks.length === 0 && moveTo === null) {
    throw new PatchProblem(`line ${start}: the update of ${path} has no hunks`);
  }
  return { type: 'update', path, moveTo, hunks };
}

function readHunk(cursor: Cursor, isFirst: boolean): Hunk {
  const hunk: Hunk = { line: cursor.at + 1, anchors: [], lines: [], isEndOfFile: false };
  for (; cursor.at < cursor.end; cursor.at += 1) {
    const match = /^@@(?: (.*))?$/.exec(cursor.lines[cursor.at]!);
    if (!match) break;
    if (match[1]) hunk.anchors.push(match[1]);
  }
  const opened = cursor.at + 1 > hunk.line;
  // The first hunk of a file may go without.
  if (!opened && !isFirst) throw expected(cursor.at, "'@@' before the next hunk", cursor.lines[cursor.at]);
  for (; cursor.at < cursor.end; cursor.at += 1) {
    const line = cursor.lines[cursor.at]!;
    const kind = line[0];
    if (line.trim() === endOfFileMark) {
      hunk.isEndOfFile = true;
      cursor.at += 1;
      break;
    }
    if (kind === ' ' || kind === '-' || kind === '+') hunk.lines.push({ kind, text: line.slice(1) });
    else if (line === '' && !endsHere(cursor)) hunk.lines.push({ kind: ' ', text: '' });
    else break;
  }
  if (hunk.lines.length === 0) {
    throw expected(cursor.at, "a line of the hunk, beginning with ' ', '-' or '+'", cursor.lines[cursor.at]);
  }
  return hunk;
}

/** Whether from here on there are only blank lines up to the next file. */
function endsHere({ lines, at, end }: Cursor): boolean {
  let next = at;
  while (next < end && lines[next]!.trim() === '') next += 1;
  return next >= end || isHeader(lines[next]!);
}

function isHeader(line: string): boolean {
  return /^\s*\*\*\* (?:Add|Delete|Update) File: /.test(line);
}

function checkPath(path: string, at: number): string {
  if (path === '' || path.includes('\0')) throw expected(at, 'a path', path);
  return path;
}

function expected(at: number, what: string, found: string | undefined): PatchProblem {
  const shown =
    found === undefined ? 'the end' : JSON.stringify(found.length > 120 ? `${found.slice(0, 120)}…` : found);
  return new PatchProblem(`line ${at + 1}: expected ${what}, found ${shown}`);
}
