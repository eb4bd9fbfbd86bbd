import stringWidth from 'string-width';

/** Columns that a text takes on a terminal: 2 for wide characters and emoji, 0 for colours and combining marks. */
export const displayWidth: (text: string) => number = stringWidth;

/** The text, or as many whole characters of it as fit into `width` columns with a `…` behind. Expects no colours. */
export function truncate(text: string, width: number): string {
  // A text longer than this cannot fit, whatever is in it that has no width; measuring it all would be slow.
  const candidate = text.length > width * 16 + 64 ? text.slice(0, width * 16 + 64) : text;
  if (candidate === text && displayWidth(text) <= width) return text;
  if (width < 1) return '';
  let kept = '';
  let used = 0;
  for (const { segment } of characters.segment(candidate)) {
    used += displayWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/** Always the root locale: where a character ends must not depend on the user's language. */
const characters = new Intl.Segmenter('und', { granularity: 'grapheme' });
