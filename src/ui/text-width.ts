import stringWidth from 'string-width';

/** Columns that a text takes on a terminal: 2 for wide characters and emoji, 0 for colours and combining marks. */
export function displayWidth(text: string): number {
  const plain = text.replace(style, '');
  return simple.test(plain) ? plain.length : stringWidth(text);
}

/** The text, or as many whole characters of it as fit into `width` columns with a `…` behind. Expects no colours. */
export function truncate(text: string, width: number): string {
  // A text longer than this cannot fit, whatever is in it that has no width; measuring it all would be slow.
  const candidate = text.length > width * 16 + 64 ? text.slice(0, width * 16 + 64) : text;
  if (candidate === text && displayWidth(text) <= width) return text;
  if (width < 1) return '';
  if (simple.test(candidate)) return `${candidate.slice(0, width - 1)}…`;
  let kept = '';
  let used = 0;
  for (const { segment } of characters.segment(candidate)) {
    used += displayWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}

/**
 * Characters of one column each that join with no other one. Most texts have no others, and what knows all of them takes 20 ms to
 * begin with.
 */
const simple = /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u2193\u2442\u2500-\u25fc]*$/;

// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what begins a sequence.
const style = /\u001b\[[\d;]*m/g;

/** Always the root locale: where a character ends must not depend on the user's language. */
const characters = new Intl.Segmenter('und', { granularity: 'grapheme' });
