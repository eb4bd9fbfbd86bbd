import { decodeLine } from '../../format/decode-line.ts';
import { defaultLimits } from '../../format/limits.ts';
import { type Line, LineFramer } from '../../format/line-framer.ts';
import { lineKind } from '../../format/line-kind.ts';
import { toRecord } from '../../format/record.ts';
import type { DecodedLine } from '../read-records.ts';

/**
 * Cuts content into lines and decodes those that tell something which a glance at their bytes does not. The others, by far
 * the most bytes, are passed over.
 */
export class TellingLines {
  /** Time of the last line, if it was passed over; RFC 3339, or what stands in its place. */
  #passed: string | null = null;
  readonly #glance: (kind: string, line: Line) => boolean;
  readonly #framer = new LineFramer(defaultLimits.lineBytes);
  readonly #take: (line: DecodedLine) => boolean;
  #isOver = false;

  /**
   * @param glance is given each line whose kind can be seen; true when it need not be decoded
   * @param take is given each decoded line, valid during the call; returning false ends the reading
   */
  constructor(glance: (kind: string, line: Line) => boolean, take: (line: DecodedLine) => boolean) {
    this.#glance = glance;
    this.#take = take;
  }

  /** @returns false when no more is wanted */
  push(block: Buffer): boolean {
    this.#takeAll(this.#framer.push(block));
    return !this.#isOver;
  }

  end(): void {
    if (!this.#isOver) this.#takeAll(this.#framer.end());
  }

  /** When the last line was written, if it was passed over. */
  get passedAt(): string | null {
    return this.#passed;
  }

  #takeAll(lines: Iterable<Line>): void {
    let passed: Line | null = null;
    for (const line of lines) {
      const kind = line.terminated ? lineKind(line.bytes, line.start, line.end) : null;
      if (kind !== null && this.#glance(kind, line)) {
        passed = line;
        continue;
      }
      passed = null;
      this.#passed = null;
      const decoded = decodeLine(line, defaultLimits);
      if (!this.#take({ line, decoded, record: decoded.ok ? toRecord(decoded) : null })) {
        this.#isOver = true;
        return;
      }
    }
    // A line that crosses blocks stands in the framer's own buffer, which is kept until the next is asked for.
    if (passed) this.#passed = timeOf(passed);
  }
}

/** Lines of a known kind begin with their time. */
function timeOf({ bytes, start, end }: Line): string {
  const from = start + '{"timestamp":"'.length;
  const quote = bytes.indexOf(0x22, from);
  return bytes.toString('latin1', from, quote > 0 && quote < end ? quote : from);
}
