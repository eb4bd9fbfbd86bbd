import { oneLine } from '../../base/safe-text.ts';
import { count, groupDigits } from './amounts.ts';
import { type Limits, quoteUnder } from './excerpt.ts';
import { type Fields, objectOf, textOf } from './fields.ts';
import { leads, type Paragraph, paragraph, type Span, type Style, span } from './paragraph.ts';

/** What happens to one file. The lines are those of a unified diff without its file names. */
export interface FileDiff {
  /** `add`, `update`, `delete`, or what a later Codex may say. */
  kind: string;
  path: string;
  movedTo?: string;
  lines: string[];
}

/** The files of an item `file_change`: `{path: {type, content | unified_diff, move_path?}}`. */
export function filesOf(changes: unknown): FileDiff[] {
  return Object.entries(objectOf(changes)).map(([path, value]) => {
    const change = objectOf(value);
    const file: FileDiff = { kind: textOf(change.type) ?? 'change', path, lines: linesOf(change) };
    const movedTo = textOf(change.move_path);
    if (movedTo !== null) file.movedTo = movedTo;
    return file;
  });
}

/** `2 files +3 -1`. */
export function diffSummary(files: readonly FileDiff[]): Span[] {
  return [span(count(files.length, 'file'), 'bold'), ...counters(sum(files))];
}

/**
 * Tells whether two forms of a change say the same: a patch as it was asked for, and as it was made. Deleted lines of a
 * deleted file do not count, because a patch does not name them.
 */
export function diffSize(files: readonly FileDiff[]): string {
  const { added, removed } = sum(files.filter((file) => file.kind !== 'delete'));
  return `${files.length} +${added} -${removed}`;
}

/** Each file with its heading (`M README.md +1 -1`) and its lines in colour. */
export function diffParagraphs(files: readonly FileDiff[], limit: Limits): Paragraph[] {
  return files.flatMap((file) => [heading(file), ...diffLines(file, limit)]);
}

function heading(file: FileDiff): Paragraph {
  const [letter, style] = letters.get(file.kind) ?? [file.kind, 'yellow'];
  const moved = file.movedTo === undefined ? '' : ` → ${file.movedTo}`;
  return paragraph(
    leads.indent,
    span(`${oneLine(letter)} `, style),
    span(oneLine(file.path + moved), 'bold'),
    ...counters(changedLines(file)),
  );
}

const letters = new Map<string, [letter: string, style: Style]>([
  ['add', ['A', 'green']],
  ['update', ['M', 'yellow']],
  ['delete', ['D', 'red']],
]);

function diffLines(file: FileDiff, limit: Limits): Paragraph[] {
  return file.lines.length === 0 ? [] : quoteUnder(leads.change, file.lines.join('\n'), limit, styleOf);
}

function styleOf(line: string): Style | undefined {
  if (line.startsWith('+')) return 'green';
  if (line.startsWith('-')) return 'red';
  return line.startsWith('@') ? 'cyan' : undefined;
}

function sum(files: readonly FileDiff[]): { added: number; removed: number } {
  const total = { added: 0, removed: 0 };
  for (const { added, removed } of files.map(changedLines)) {
    total.added += added;
    total.removed += removed;
  }
  return total;
}

function changedLines(file: FileDiff): { added: number; removed: number } {
  let added = 0;
  let removed = 0;
  for (const line of file.lines) {
    if (line.startsWith('+')) added++;
    else if (line.startsWith('-')) removed++;
  }
  return { added, removed };
}

function counters({ added, removed }: { added: number; removed: number }): Span[] {
  return [span(` +${groupDigits(added)}`, 'green'), span(` -${groupDigits(removed)}`, 'red')];
}

function linesOf(change: Fields): string[] {
  const diff = textOf(change.unified_diff);
  if (diff !== null) return withoutNames(splitLines(diff));
  const content = textOf(change.content);
  if (content === null) return [];
  const sign = change.type === 'delete' ? '-' : '+';
  return splitLines(content).map((line) => sign + line);
}

function withoutNames(lines: string[]): string[] {
  const named = lines[0]?.startsWith('--- ') && lines[1]?.startsWith('+++ ');
  return named ? lines.slice(2) : lines;
}

function splitLines(text: string): string[] {
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}
