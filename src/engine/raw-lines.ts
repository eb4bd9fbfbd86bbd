import { lineHasType, lineType } from '../format/line-type.ts';

/**
 * The lines that are wanted, byte for byte, LF included, gathered into large chunks. Lines of any length stream through:
 * the choice falls on a line's first bytes.
 *
 * A chunk is valid until the next one is asked for.
 */
export async function* selectLines(blocks: AsyncIterable<Buffer>, isWanted: LineChoice): AsyncGenerator<Buffer> {
  const chunk = new Chunk();
  let line = 1;
  let head: Buffer | null = null;
  let state: 'choose' | 'copy' | 'skip' = 'choose';
  for await (const block of blocks) {
    let at = 0;
    while (at < block.length) {
      if (state === 'choose') {
        const lf = block.indexOf(LF, at);
        const end = lf < 0 ? block.length : lf;
        if (head || lf < 0) {
          // The line began in an earlier block, or goes on in the next: its head is put together first.
          head = head ? Buffer.concat([head, block.subarray(at, end)]) : Buffer.from(block.subarray(at, end));
          const choice = isWanted(head, 0, head.length, line, lf < 0);
          at = end;
          if (choice === null) break;
          if (choice) for (const full of chunk.add(head, 0, head.length)) yield full;
          head = null;
          state = choice ? 'copy' : 'skip';
          continue;
        }
        if (isWanted(block, at, end, line, false)) for (const full of chunk.add(block, at, end + 1)) yield full;
        at = end + 1;
        line++;
        continue;
      }
      const lf = block.indexOf(LF, at);
      const end = lf < 0 ? block.length : lf + 1;
      if (state === 'copy') for (const full of chunk.add(block, at, end)) yield full;
      at = end;
      if (lf >= 0) {
        state = 'choose';
        line++;
      }
    }
  }
  if (head && isWanted(head, 0, head.length, line, false))
    for (const full of chunk.add(head, 0, head.length)) yield full;
  if (chunk.length > 0) yield chunk.take();
}

/**
 * Whether a line is wanted. `isHead` says that more of the line follows; null then asks for more of it.
 */
export type LineChoice = (bytes: Buffer, start: number, end: number, line: number, isHead: boolean) => boolean | null;

/** Chooses lines by the type of their record on disk. */
export function ofTypes(types: string[]): LineChoice {
  const wanted = types.map((type) => Buffer.from(type));
  return (bytes, start, end, _line, isHead) => {
    if (isHead && end - start < HEAD_BYTES) return null;
    if (!isHead) return lineHasType(bytes, start, end, wanted);
    const type = lineType(bytes, start, end);
    if (type === null) return end - start < LONGEST_HEAD ? null : false;
    return types.includes(type);
  };
}

/** Chooses lines by number; `numbers` ascend. */
export function ofNumbers(numbers: number[]): LineChoice {
  let next = 0;
  return (_bytes, _start, _end, line) => {
    while (next < numbers.length && (numbers[next] as number) < line) next++;
    return numbers[next] === line;
  };
}

/** Two buffers in turn, so that one can be written while the other fills. */
class Chunk {
  readonly #buffers = [Buffer.allocUnsafeSlow(CHUNK_BYTES), Buffer.allocUnsafeSlow(CHUNK_BYTES)] as const;
  #turn = 0;
  length = 0;

  *add(bytes: Buffer, start: number, end: number): Generator<Buffer> {
    let from = start;
    while (from < end) {
      const buffer = this.#buffers[this.#turn & 1] as Buffer;
      const taken = Math.min(end - from, CHUNK_BYTES - this.length);
      bytes.copy(buffer, this.length, from, from + taken);
      this.length += taken;
      from += taken;
      if (this.length === CHUNK_BYTES) yield this.take();
    }
  }

  take(): Buffer {
    const full = (this.#buffers[this.#turn & 1] as Buffer).subarray(0, this.length);
    this.#turn++;
    this.length = 0;
    return full;
  }
}

const LF = 0x0a;
const CHUNK_BYTES = 512 * 1024;
const HEAD_BYTES = 4096;
/** Past this, a line that has not shown its type is taken to have none. */
const LONGEST_HEAD = 32 * 1024 * 1024;
