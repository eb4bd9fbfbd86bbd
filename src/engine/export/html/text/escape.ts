import { escapeForTerminal } from '../../../../base/safe-text.ts';

/**
 * Recorded text for HTML, in content and in quoted attributes alike. What would move the cursor of a terminal, turn the reading
 * direction or hide text is shown, as the transcript shows it; LF and TAB stay.
 */
export function safe(text: string): string {
  return escapeForTerminal(text.replaceAll('\r\n', '\n')).replace(markup, replacementOf);
}

/** The same on one line. */
export function escapeLine(text: string): string {
  return safe(text).replace(/\s+/g, ' ').trim();
}

/** The beginning of a text, on one line: for titles. */
export function excerpt(text: string, length: number): string {
  const line = text
    .slice(0, length * 4)
    .replace(/\s+/g, ' ')
    .trim();
  if (line.length <= length) return line;
  // Not between the two halves of a character.
  return `${line.slice(0, length).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** A text as it is, with its lines. */
export function pre(text: string, classes = ''): string {
  const shown = safe(text.endsWith('\n') ? text.slice(0, -1) : text);
  // The first line break behind the tag would not count.
  return `<pre${classes === '' ? '' : ` class="${classes}"`}>${shown.startsWith('\n') ? '\n' : ''}${shown}</pre>`;
}

const markup = /[&<>"'`]/g;
const replacements: { [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

function replacementOf(character: string): string {
  return replacements[character] as string;
}
