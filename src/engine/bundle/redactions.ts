import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { LineFramer } from '../../format/line-framer.ts';
import { isObject } from '../../format/record.ts';
import { HASH_BYTES } from '../seal/merkle.ts';
import { bagNames } from './names.ts';

/**
 * A line of a rollout that something was taken out of. Of what was recorded, its leaf is all that is shown: it takes the place
 * of the line when the rollout is held against its seal. What stands there instead is the word of who made the bundle.
 */
export interface Redaction {
  /** Name of the rollout in the bundle. */
  file: string;
  /** 1-based. */
  line: number;
  /** Hash that the line had as a leaf of a seal, in base64. */
  leaf: string;
  /** Why it was taken out, by the names of the rules. */
  rules: string[];
}

/** `redactions.json` is one document, of which each line can be read by itself. Schema: `schemas/redactions.schema.json`. */
export const REDACTIONS_HEAD = '{"schema":"sessions.redactions/1","lines":[';
export const REDACTIONS_END = ']}';

/** The bytes of one, without what separates it from the next. */
export function formatRedaction({ file, line, leaf, rules }: Redaction): string {
  return JSON.stringify({ file, line, leaf, rules });
}

/** What stands for a line that could not be looked through. */
export function stubOf(leaf: Buffer, rule: string): string {
  return JSON.stringify({ redacted: true, leaf: leaf.toString('base64'), rule });
}

/** The redactions of a bundle, by the rollouts in the order of their names; one rollout's are in memory at a time. */
export class RedactionReader {
  readonly #source: AsyncGenerator<Redaction>;
  #next: Redaction | null = null;

  constructor(folder: string) {
    this.#source = readRedactions(folder);
  }

  /** Those of the next rollout. @throws Failure `findings` for a record of none, or in no order */
  async of(file: string): Promise<RedactedLines> {
    const lines = new RedactedLines();
    for (;;) {
      const next = await this.#peek();
      if (next?.file !== file) return lines;
      lines.add(next);
      this.#next = null;
    }
  }

  /** @throws Failure `findings` when there are redactions of what was not asked for */
  async end(): Promise<void> {
    const next = await this.#peek();
    if (next) throw broken(`names ${next.file}, which is no rollout of the bundle`);
  }

  async #peek(): Promise<Redaction | null> {
    if (this.#next) return this.#next;
    const { value, done } = await this.#source.next();
    this.#next = done ? null : value;
    return this.#next;
  }
}

/** Lines and leaves of one rollout, in 40 bytes each. */
export class RedactedLines {
  #lines = new Float64Array(16);
  #leaves = Buffer.alloc(16 * HASH_BYTES);
  #count = 0;
  #at = 0;

  get count(): number {
    return this.#count;
  }

  add({ line, leaf }: Redaction): void {
    if (this.#count === this.#lines.length) {
      const lines = new Float64Array(this.#count * 2);
      lines.set(this.#lines);
      this.#lines = lines;
      this.#leaves = Buffer.concat([this.#leaves], this.#leaves.length * 2);
    }
    this.#lines[this.#count] = line;
    this.#leaves.write(leaf, this.#count * HASH_BYTES, HASH_BYTES, 'base64');
    this.#count++;
  }

  /** How many are among the first so many lines. */
  within(lines: number): number {
    return this.#find(lines + 1);
  }

  /** The leaf of the line at an index; null for one that is there as it was. Quick when asked in order. */
  leafAt(index: number): Buffer | null {
    const line = index + 1;
    const isBehind = this.#at === 0 || (this.#lines[this.#at - 1] as number) < line;
    const isBefore = this.#at >= this.#count || (this.#lines[this.#at] as number) >= line;
    if (!isBehind || !isBefore) this.#at = this.#find(line);
    if (this.#at >= this.#count || this.#lines[this.#at] !== line) return null;
    return this.#leaves.subarray(this.#at * HASH_BYTES, (this.#at + 1) * HASH_BYTES);
  }

  /** Position of the first that is not before this line. */
  #find(line: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#lines[middle] as number) < line) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

async function* readRedactions(folder: string): AsyncGenerator<Redaction> {
  const path = join(folder, bagNames.redactions);
  if (!existsSync(path)) throw broken('is not there, and the custody record says that something was taken out');
  const framer = new LineFramer(LONGEST_RECORD);
  let last: Redaction = { file: '', line: 0, leaf: '', rules: [] };
  let state: 'head' | 'first' | 'more' | 'last' | 'end' = 'head';
  for await (const block of createReadStream(path)) {
    for (const { bytes, start, end, whole, number } of framer.push(block as Buffer)) {
      const text = whole ? bytes.toString('utf8', start, end) : '';
      const isRecord = state === 'first' || state === 'more';
      if (state === 'head' && text === REDACTIONS_HEAD) state = 'first';
      else if ((state === 'first' || state === 'last') && text === REDACTIONS_END) state = 'end';
      else if (isRecord) {
        const isLast = !text.endsWith(',');
        const record = parse(isLast ? text : text.slice(0, -1));
        if (!record || !isBehind(last, record)) throw broken('is not as this program writes it', number);
        yield record;
        last = record;
        state = isLast ? 'last' : 'more';
      } else throw broken('is not as this program writes it', number);
    }
  }
  if (state !== 'end' || [...framer.end()].length > 0) throw broken('ends before its end');
}

function isBehind(last: Redaction, { file, line }: Redaction): boolean {
  return file > last.file || (file === last.file && line > last.line);
}

function parse(text: string): Redaction | null {
  try {
    const record = JSON.parse(text) as Redaction;
    if (!isObject(record) || formatRedaction(record) !== text) return null;
    const { file, line, leaf, rules } = record;
    const isPlace = typeof file === 'string' && Number.isSafeInteger(line) && line > 0;
    const isNamed = Array.isArray(rules) && rules.length > 0 && rules.every((rule) => typeof rule === 'string');
    return isPlace && isNamed && /^[A-Za-z0-9+/]{43}=$/.test(leaf) ? record : null;
  } catch {
    return null;
  }
}

function broken(message: string, line?: number): Failure {
  return new Failure('findings', `${bagNames.redactions} ${message}`, line === undefined ? {} : { line });
}

const LONGEST_RECORD = 64 * 1024;
