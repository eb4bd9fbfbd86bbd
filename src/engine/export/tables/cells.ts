/**
 * A text that no spreadsheet takes for a formula (CWE-1236): one that begins with `=`, `+`, `-` or `@` in any width, with a
 * tab or the end of a line, gets a `'` in front, whatever blanks and invisible characters stand before it.
 */
export function defuse(text: string): string {
  return looksLikeFormula(text) ? `'${text}` : text;
}

/** A NUL ends the text for many readers of tables. */
export function withoutNul(text: string): string {
  return text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text;
}

function looksLikeFormula(text: string): boolean {
  const start = /^[\s\p{Default_Ignorable_Code_Point}\p{Cc}'"]*/u.exec(text)?.[0] ?? '';
  if (/^[\t\r\n]/.test(start)) return true;
  const first = String.fromCodePoint(text.codePointAt(start.length) ?? 0x20);
  return formulaStarts.has(first.normalize('NFKC'));
}

const formulaStarts = new Set(['=', '+', '-', '@']);
