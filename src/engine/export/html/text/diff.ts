import { count, groupDigits } from '../../../../base/amounts.ts';
import { changedLines, type FileDiff, sumOf } from '../../../../model/file-diff.ts';
import { escapeLine, safe } from './escape.ts';

/** `2 files +3 −1`. */
export function diffSummary(files: readonly FileDiff[]): string {
  return `${count(files.length, 'file')} ${counters(sumOf(files))}`;
}

/** Each file with its heading and its lines in colour; a long one is folded. */
export function diffHtml(files: readonly FileDiff[]): string[] {
  return files.flatMap((file) => {
    const [letter, classes] = letters.get(file.kind) ?? [file.kind, 'changed'];
    const moved = file.movedTo === undefined ? '' : ` → <code>${escapeLine(file.movedTo)}</code>`;
    const summary =
      `<span class="kind ${classes}">${escapeLine(letter)}</span> <code>${escapeLine(file.path)}</code>${moved} ` +
      counters(changedLines(file));
    if (file.lines.length === 0) return `<p class="part">${summary}</p>\n`;
    const isOpen = file.lines.length <= MOST_UNFOLDED;
    return [
      `<details class="part"${isOpen ? ' open' : ''}><summary>${summary}</summary>\n`,
      diffLines(file),
      '</details>\n',
    ];
  });
}

const letters = new Map<string, readonly [word: string, classes: string]>([
  ['add', ['added', 'added']],
  ['update', ['changed', 'changed']],
  ['delete', ['deleted', 'removed']],
]);

const MOST_UNFOLDED = 120;

/** Lines that follow each other in one colour are one element. */
function diffLines({ lines }: FileDiff): string {
  let out = '';
  let run: string[] = [];
  let sign = '';
  const close = () => {
    if (run.length === 0) return;
    const text = safe(`${run.join('\n')}\n`);
    const name = elements[sign];
    out += name === undefined ? `<span>${text}</span>` : `<${name}>${text}</${name.split(' ')[0]}>`;
    run = [];
  };
  for (const line of lines) {
    const own = line[0] ?? ' ';
    if (own !== sign) close();
    sign = own;
    run.push(line);
  }
  close();
  return `<pre class="diff">${out}</pre>\n`;
}

const elements: { [sign: string]: string } = { '+': 'ins', '-': 'del', '@': 'span class="hunk"' };

function counters({ added, removed }: { added: number; removed: number }): string {
  if (added === 0 && removed === 0) return '';
  return `<span class="plus">+${groupDigits(added)}</span> <span class="minus">−${groupDigits(removed)}</span>`;
}
