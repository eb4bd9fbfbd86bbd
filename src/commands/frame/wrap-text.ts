/** Breaks a paragraph of plain English between words into lines of at most `width` columns, each behind `indent` spaces. */
export function wrapText(text: string, width: number, indent = 0): string {
  const margin = ' '.repeat(indent);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && longer.length > width - indent) {
      lines.push(margin + line);
      line = word;
    } else line = longer;
  }
  return [...lines, margin + line].join('\n');
}
