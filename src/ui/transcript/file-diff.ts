import { count, groupDigits } from '../../base/amounts.ts';
import { oneLine } from '../../base/safe-text.ts';
import { changedLines, type FileDiff, sumOf } from '../../model/file-diff.ts';
import { type Limits, quoteUnder } from './excerpt.ts';
import { leads, type Paragraph, paragraph, type Span, type Style, span } from './paragraph.ts';

/** `2 files +3 -1`. */
export function diffSummary(files: readonly FileDiff[]): Span[] {
  return [span(count(files.length, 'file'), 'bold'), ...counters(sumOf(files))];
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

function counters({ added, removed }: { added: number; removed: number }): Span[] {
  return [span(` +${groupDigits(added)}`, 'green'), span(` -${groupDigits(removed)}`, 'red')];
}
