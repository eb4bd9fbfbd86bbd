import { type FileText, fromBytes, readFileText, toBytes, writeFileText } from './file-text.ts';
import { type Budget, findLines } from './find-lines.ts';
import { type Hunk, PatchProblem } from './parse-patch.ts';

/** A file after its hunks, and the change as a unified diff. */
export interface Patched {
  bytes: Buffer;
  diff: string;
}

/**
 * Applies the hunks of a file in their order. Lines that stay keep their bytes, blanks and line ends; new ones get the line end that
 * most lines of the file have, and one at the end of the file too.
 * @throws PatchProblem when a place is not found
 */
export function applyHunks(path: string, before: Uint8Array, hunks: readonly Hunk[], budget: Budget): Patched {
  const file = readFileText(before);
  const texts = file.lines.map(({ text }) => text);
  const after: FileText['lines'] = [];
  const diff: string[] = [];
  let at = 0;
  for (const hunk of hunks) {
    const place = findPlace(path, texts, hunk, at, budget);
    after.push(...file.lines.slice(at, place));
    const firstAfter = after.length;
    at = place;
    const shown: string[] = [];
    for (const { kind, text } of hunk.lines) {
      if (kind === '+') after.push({ text: toBytes(text), end: file.usualEnd });
      else {
        if (kind === ' ') after.push(file.lines[at]!);
        at += 1;
      }
      shown.push(`${kind}${kind === '+' ? text : fromBytes(file.lines[at - 1]!.text)}\n`);
    }
    diff.push(header(place, at - place, firstAfter, after.length - firstAfter), ...shown);
  }
  after.push(...file.lines.slice(at));
  return { bytes: writeFileText({ ...file, lines: after }), diff: diff.join('') };
}

/** 0-based line at which a hunk applies. */
function findPlace(path: string, texts: string[], hunk: Hunk, from: number, budget: Budget): number {
  let start = from;
  for (const anchor of hunk.anchors) {
    const found = findLines(texts, [toBytes(anchor)], start, false, budget);
    if (found < 0) throw new PatchProblem(`line ${hunk.line}: failed to find context '${clip(anchor)}' in ${path}`);
    start = found + 1;
  }
  const old = hunk.lines.filter(({ kind }) => kind !== '+').map(({ text }) => text);
  // Nothing to look for: after the anchor, else at the end.
  if (old.length === 0) return hunk.anchors.length > 0 && !hunk.isEndOfFile ? start : texts.length;
  const wanted = old.map(toBytes);
  let found = findLines(texts, wanted, start, hunk.isEndOfFile, budget);
  // Models give the line of the anchor again as the first one of the hunk.
  if (found < 0 && hunk.anchors.length > 0) found = findLines(texts, wanted, start - 1, hunk.isEndOfFile, budget);
  if (found >= 0) return found;
  const where = start > 0 ? ` after line ${start}` : '';
  const shown = old.slice(0, 20).map(clip).join('\n');
  const isThere = start > 0 && findLines(texts, wanted, 0, false, budget) >= 0;
  const hint = isThere ? '\nThey stand before that place: put the hunks in the order of the file.' : '';
  throw new PatchProblem(`line ${hunk.line}: failed to find expected lines in ${path}${where}:\n${shown}${hint}`);
}

function header(oldStart: number, oldCount: number, newStart: number, newCount: number): string {
  const range = (start: number, count: number) =>
    count === 1 ? `${start + 1}` : `${count === 0 ? start : start + 1},${count}`;
  return `@@ -${range(oldStart, oldCount)} +${range(newStart, newCount)} @@\n`;
}

function clip(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
