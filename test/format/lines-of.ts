import { type Line, LineFramer } from '../../src/format/line-framer.ts';

/** The lines of a text as the framer cuts them, each with bytes of its own. */
export function linesOf(content: string | Uint8Array, maxBytes = 1 << 25): Line[] {
  return framed([Buffer.from(content)], maxBytes);
}

export function framed(blocks: Buffer[], maxBytes = 1 << 25, offset = 0, number = 0): Line[] {
  const framer = new LineFramer(maxBytes, offset, number);
  const lines: Line[] = [];
  const keep = (line: Line) => {
    lines.push({
      ...line,
      bytes: Buffer.from(line.bytes.subarray(line.start, line.end)),
      start: 0,
      end: line.end - line.start,
    });
  };
  for (const block of blocks) for (const line of framer.push(block)) keep(line);
  for (const line of framer.end()) keep(line);
  return lines;
}

/** One line as the decoder takes it. */
export function lineOf(content: string | Uint8Array): Line {
  return linesOf(content)[0] as Line;
}
