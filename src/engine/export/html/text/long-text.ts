import { groupDigits } from '../../../../base/amounts.ts';
import { countLines } from '../../line-count.ts';
import { escapeLine, excerpt, pre } from './escape.ts';

/** A text in full: a long one is folded, under the first of its words. */
export function foldedText(text: string, label: string, classes = ''): string {
  const lines = countLines(text);
  if (lines <= MOST_UNFOLDED) return `${pre(text, classes)}\n`;
  const summary = `${label}, ${groupDigits(lines)} lines <i>${escapeLine(excerpt(text, 90))}</i>`;
  return `<details class="part"><summary>${summary}</summary>\n${pre(text, classes)}\n</details>\n`;
}

export const MOST_UNFOLDED = 16;
