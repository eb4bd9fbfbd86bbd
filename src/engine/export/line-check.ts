import { decodeLine, objectText, type Undecodable } from '../../format/decode-line.ts';
import { defaultLimits } from '../../format/limits.ts';
import { type Line, LineFramer } from '../../format/line-framer.ts';
import { toRecord } from '../../format/record.ts';
import { validateLine } from '../../format/schemas.ts';
import type { Dialect } from '../../model/thread-row.ts';
import type { Report } from '../problem.ts';
import { isTornTail } from '../read-records.ts';
import { describeFault } from '../undecodable.ts';
import type { RecordCheck } from './record-check.ts';

/** Holds the lines of a rollout that is copied to their published schema (`rollout-line`), each to that of its dialect. */
export class LineCheck {
  readonly #framer = new LineFramer(defaultLimits.lineBytes);
  readonly #path: string;
  readonly #check: RecordCheck;
  readonly #report: Report;
  /** Of the lines so far: an object of no dialect is held against it, to say what it lacks. */
  #dialect: Dialect = 'envelope';

  /** @param report told of lines that are no records, which are copied as they are */
  constructor(path: string, check: RecordCheck, report: Report) {
    this.#path = path;
    this.#check = check;
    this.#report = report;
  }

  add(chunk: Uint8Array): void {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (const line of this.#framer.push(bytes)) this.#line(line);
  }

  end(): void {
    for (const line of this.#framer.end()) this.#line(line);
  }

  #line(line: Line): void {
    const decoded = decodeLine(line, defaultLimits);
    if (!decoded.ok) {
      if (decoded.fault !== 'BLANK') this.#tell(line, decoded);
      return;
    }
    this.#dialect = toRecord(decoded)?.dialect ?? this.#dialect;
    if (validateLine(this.#dialect, decoded.value).ok) return;
    // Numbers that JavaScript would change are strings in what was decoded.
    const verdict = validateLine(this.#dialect, JSON.parse(objectText(decoded)));
    if (!verdict.ok) this.#check.note(verdict, `line ${line.number} of ${this.#path}`);
  }

  #tell(line: Line, { fault: rule, ...decoded }: Undecodable): void {
    const weight = isTornTail(line, { ...decoded, fault: rule }) ? 'tail' : limits.has(rule) ? 'note' : 'lost';
    const message = `the line was copied as it is: ${describeFault(rule, line.length)}`;
    this.#report({ rule, weight, file: this.#path, line: line.number, offset: line.offset, message });
  }
}

/** Lines that are too much for us are not wrong. */
const limits: ReadonlySet<string> = new Set(['LINE-TOO-LONG', 'TOO-DEEP', 'TOO-MANY-VALUES']);
