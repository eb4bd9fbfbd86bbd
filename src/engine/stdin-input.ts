import { Failure } from '../base/failure.ts';
import { decodeLine } from '../format/decode-line.ts';
import { defaultLimits } from '../format/limits.ts';
import { type Line, LineFramer } from '../format/line-framer.ts';
import { sniffContent } from '../format/zstd-frames.ts';
import { spool } from '../store/spool.ts';

/**
 * Reads an explicit `-`. The first record decides: bare ids or rows of `ls` are a selection; rollout lines and events are
 * content, which goes to a temporary file.
 *
 * @throws Failure `usage` when a selection holds content, or content a selection
 */
export async function readStdin(input: AsyncIterable<Uint8Array>): Promise<StdinInput> {
  const blocks = input[Symbol.asyncIterator]();
  const begun: Buffer[] = [];
  let length = 0;
  for (;;) {
    const next = await blocks.next();
    if (!next.done) begun.push(Buffer.from(next.value));
    length += next.value?.length ?? 0;
    // A long first line is looked at again only when it has ended, or is over the limit.
    if (!next.done && begun.length > 1 && length <= defaultLimits.lineBytes && !next.value.includes(LF)) continue;
    const head = begun.length === 1 ? (begun[0] as Buffer) : Buffer.concat(begun);
    const kind = decide(head, next.done === true);
    if (!kind) continue;
    const all = followedBy(head, blocks);
    if (kind === 'selection') return { kind, sessions: await readSelection(all) };
    const file = await spool(withoutSelection(all));
    return { kind, ...file };
  }
}

export type StdinInput = { kind: 'selection'; sessions: string[] } | { kind: 'content'; path: string; remove(): void };

/** Null while the first record is not there whole. */
function decide(head: Buffer, isAll: boolean): 'selection' | 'content' | null {
  if (sniffContent(head) !== 'plain') return 'content';
  const first = firstLine(head, isAll);
  if (first) return selected(first) === null ? 'content' : 'selection';
  if (isAll) return head.length === 0 || isBlank(head) ? 'selection' : 'content';
  return head.length > defaultLimits.lineBytes ? 'content' : null;
}

function firstLine(head: Buffer, isAll: boolean): Line | null {
  const framer = new LineFramer(defaultLimits.lineBytes);
  for (const line of framer.push(head)) if (!isBlank(line.bytes.subarray(line.start, line.end))) return line;
  if (isAll) for (const line of framer.end()) if (!isBlank(line.bytes.subarray(line.start, line.end))) return line;
  return null;
}

async function readSelection(content: AsyncIterable<Uint8Array>): Promise<string[]> {
  const sessions = new Set<string>();
  const framer = new LineFramer(defaultLimits.lineBytes);
  const add = (line: Line) => {
    if (isBlank(line.bytes.subarray(line.start, line.end))) return;
    const session = selected(line);
    if (session === null) throw mixture(line);
    sessions.add(session);
  };
  for await (const block of content) for (const line of framer.push(Buffer.from(block))) add(line);
  for (const line of framer.end()) add(line);
  return [...sessions];
}

/** The session that a line of a selection names; null when the line is content. */
function selected(line: Line): string | null {
  const decoded = decodeLine(line, defaultLimits);
  if (decoded.ok) {
    const { schema, thread_id: id } = decoded.value;
    return schema === 'sessions.thread/1' && typeof id === 'string' ? id : null;
  }
  const word = line.bytes.toString('utf8', line.start, line.end).trim();
  // A line that begins like JSON, or is not text, is damaged content and no name.
  return line.whole && decoded.fault === 'BAD-JSON' && !/^[{["]/.test(word) && word.length <= LONGEST_WORD
    ? word
    : null;
}

/** The same content; what names sessions has no place in it. */
async function* withoutSelection(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const framer = new LineFramer(LONGEST_WORD * 16);
  const refuse = (line: Line) => {
    const isRow = line.bytes.subarray(line.start, line.end).includes(rowSchema);
    const isId = line.length === 36 && uuid.test(line.bytes.toString('latin1', line.start, line.end));
    if ((isRow || isId) && selected(line) !== null) throw mixture(line);
  };
  for await (const block of content) {
    for (const line of framer.push(Buffer.from(block.buffer, block.byteOffset, block.length))) refuse(line);
    yield block;
  }
  for (const line of framer.end()) refuse(line);
}

function mixture(line: Line): Failure {
  const place = { file: '-', line: line.number, offset: line.offset };
  return new Failure('usage', 'standard input mixes sessions with something else', place);
}

async function* followedBy(head: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  for (;;) {
    const next = await rest.next();
    if (next.done) return;
    yield next.value;
  }
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

const LONGEST_WORD = 1000;
const rowSchema = Buffer.from('"sessions.thread/1"');
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const LF = 0x0a;
