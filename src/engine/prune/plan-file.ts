import { createHash } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { Failure } from '../../base/failure.ts';
import { systemReason } from '../../base/system-error.ts';
import { decodeLine } from '../../format/decode-line.ts';
import { defaultLimits } from '../../format/limits.ts';
import { type Line, LineFramer } from '../../format/line-framer.ts';
import { validatePrunePlan } from '../../format/schemas.ts';
import type { Home } from '../../store/home.ts';
import type { PlanHead, PlanSession } from './plan.ts';

/** What a plan that was printed earlier says is to go. */
export interface ReadPlan {
  head: PlanHead;
  /** The sessions that go, by id. */
  removes: Map<string, PlanSession>;
}

/**
 * Reads a plan as `--dry-run` wrote it. Nothing of it is believed that its digest does not cover.
 *
 * @param blocks its bytes
 * @param file what messages call it
 * @throws Failure `usage` with line and offset for one that is damaged, cut off, or of another home
 */
export async function readPlan(home: Home, blocks: AsyncIterable<Uint8Array>, file: string): Promise<ReadPlan> {
  const reader = new PlanReader(home, file);
  const framer = new LineFramer(defaultLimits.lineBytes);
  for await (const block of blocks) for (const line of framer.push(Buffer.from(block))) reader.take(line);
  for (const line of framer.end()) reader.take(line);
  return reader.end();
}

/** The bytes of a file. @throws Failure `usage` when it cannot be read */
export async function* planFileBlocks(path: string): AsyncGenerator<Uint8Array> {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(path, constants.O_RDONLY);
    const block = Buffer.alloc(BLOCK_BYTES);
    for (let count = readSync(descriptor, block); count > 0; count = readSync(descriptor, block)) {
      yield Buffer.from(block.subarray(0, count));
    }
  } catch (error) {
    const reason = systemReason(error);
    if (reason === undefined) throw error;
    throw new Failure('usage', `the plan cannot be read: ${reason}`, { file: path, cause: error });
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

class PlanReader {
  readonly #home: Home;
  readonly #file: string;
  readonly #digest = createHash('sha256');
  readonly #removes = new Map<string, PlanSession>();
  #head: PlanHead | null = null;
  #sessions = 0;
  #lastId = '';
  #end = { line: 1, offset: 0 };

  constructor(home: Home, file: string) {
    this.#home = home;
    this.#file = file;
  }

  take(line: Line): void {
    const decoded = decodeLine(line, defaultLimits, { findDuplicates: true });
    this.#end = { line: line.number + 1, offset: line.offset + line.length + 1 };
    if (!line.terminated) throw this.#fault(line, 'the plan is cut off in this line');
    if (!decoded.ok) throw this.#fault(line, `the line is no record (${decoded.fault})`);
    if (decoded.scan.duplicateKey) throw this.#fault(line, 'the record has a key twice');
    const record = decoded.value as unknown as PlanHead | PlanSession;
    const verdict = validatePrunePlan(record);
    if (!verdict.ok)
      throw this.#fault(line, `the line is none of a plan of this version: ${verdict.errors[0]?.message}`);
    if (record.kind === 'plan') this.#takeHead(line, record);
    else this.#takeSession(line, record);
  }

  end(): ReadPlan {
    const head = this.#head;
    const place = { file: this.#file, ...this.#end };
    if (!head) throw new Failure('usage', 'the plan is empty', place);
    if (this.#sessions !== head.sessions) {
      const text = `the plan is cut off: it has ${this.#sessions} sessions, and says ${head.sessions}`;
      throw new Failure('usage', text, place);
    }
    if (this.#digest.digest('hex') !== head.digest || this.#removes.size !== head.removes) {
      throw new Failure('usage', 'the plan was changed: its digest does not fit', {
        file: this.#file,
        line: 1,
        offset: 0,
      });
    }
    return { head, removes: this.#removes };
  }

  #takeHead(line: Line, head: PlanHead): void {
    if (this.#head) throw this.#fault(line, 'a second plan begins here');
    if (head.home !== this.#home.path) throw this.#fault(line, `the plan is of another home, ${head.home}`);
    this.#head = head;
  }

  #takeSession(line: Line, session: PlanSession): void {
    if (!this.#head) throw this.#fault(line, 'the plan has no beginning');
    if (session.thread_id <= this.#lastId) throw this.#fault(line, 'the sessions are not in order');
    this.#lastId = session.thread_id;
    this.#digest.update(line.bytes.subarray(line.start, line.end)).update('\n');
    this.#sessions++;
    if (session.action === 'remove') this.#removes.set(session.thread_id, session);
  }

  #fault(line: Line, message: string): Failure {
    return new Failure('usage', message, { file: this.#file, line: line.number, offset: line.offset });
  }
}

const BLOCK_BYTES = 1 << 20;
