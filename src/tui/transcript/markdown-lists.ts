import type { Lead } from '../../ui/transcript/paragraph.ts';

/** A list that an item stands in. */
export interface ListLevel {
  /** Columns before its mark in the source. */
  indent: number;
  /** Columns before its text as it is shown. */
  width: number;
}

/** The item that a line begins; null for other lines. Lists nest by two columns or more, as they are mostly written. */
export function listItem(
  line: string,
  lists: readonly ListLevel[],
): { text: string; lead: Lead; lists: ListLevel[] } | null {
  const found = /^([ \t]*)([-*+]|\d{1,9}[.)])(?:[ \t]+(.*))?$/.exec(line);
  if (!found) return null;
  const indent = columnsOf(found[1] as string);
  if (indent >= 4 + (lists.at(-1)?.indent ?? 0) + (lists.length > 0 ? 4 : 0)) return null;
  const around = lists.filter((level) => indent >= level.indent + 2).slice(0, mostLevels);
  const before = around.at(-1)?.width ?? 0;
  const mark = `${found[2]} `;
  const width = before + mark.length;
  const lead = { first: ' '.repeat(before) + mark, rest: ' '.repeat(width) };
  return { text: (found[3] ?? '').trimEnd(), lead, lists: [...around, { indent, width }] };
}

/** The lists that a line behind a blank one still belongs to. */
export function atLevel(lists: readonly ListLevel[], indent: number): ListLevel[] {
  return lists.filter((level) => indent >= level.indent + 2);
}

function columnsOf(space: string): number {
  return space.replaceAll('\t', '    ').length;
}

const mostLevels = 7;
