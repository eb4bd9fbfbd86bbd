/** A code span of CommonMark within a line, and what stands between its marks. */
export interface CodeSpan {
  start: number;
  end: number;
  content: string;
}

/**
 * The code spans of a line, in order: a run of backticks, up to the next one of the same length. Where each run of a length has
 * its next one is found from the end in one pass, because runs of many lengths would all be looked for to the end of the line. A very
 * long line has none.
 */
export function codeSpans(line: string): CodeSpan[] {
  if (line.length > LONGEST) return [];
  const runs = [...line.matchAll(/`+/g)].map(({ index, 0: marks }) => ({ start: index, length: marks.length }));
  const nextOf: (number | undefined)[] = [];
  const latest = new Map<number, number>();
  for (let at = runs.length - 1; at >= 0; at--) {
    const { length } = runs[at] as Run;
    nextOf[at] = latest.get(length);
    latest.set(length, at);
  }
  const spans: CodeSpan[] = [];
  for (let at = 0; at < runs.length; at++) {
    const closing = nextOf[at];
    if (closing === undefined) continue;
    const { start, length } = runs[at] as Run;
    const { start: end } = runs[closing] as Run;
    spans.push({ start, end: end + length, content: line.slice(start + length, end) });
    at = closing;
  }
  return spans;
}

const LONGEST = 100_000;

interface Run {
  start: number;
  length: number;
}

export function longestTicks(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}
