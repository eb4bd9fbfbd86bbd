/** A bar of block characters: a share of `width` columns, to an eighth of a column. Anything over nothing shows. */
export function bar(share: number, width: number): string {
  if (!(share > 0)) return '';
  const eighths = Math.max(1, Math.round(Math.min(share, 1) * width * 8));
  return full.repeat(Math.floor(eighths / 8)) + (partial[eighths % 8] ?? '');
}

const full = '█';
const partial = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
