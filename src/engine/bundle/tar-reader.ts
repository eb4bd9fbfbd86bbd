import { Failure } from '../../base/failure.ts';
import { extensionFault } from './tar-extension.ts';

/** An entry of an archive. Its content must be read before the next one is asked for. */
export interface TarEntry {
  name: string;
  kind: 'file' | 'folder';
  size: number;
  content(): AsyncGenerator<Buffer>;
}

/**
 * The entries of a tar archive (POSIX ustar), in constant memory. Only files and folders are read; links, devices and names
 * in extensions are refused, because no bundle needs them.
 *
 * @throws Failure `findings` for what is no such archive
 */
export async function* readTar(blocks: AsyncIterable<Buffer>, file: string): AsyncGenerator<TarEntry> {
  const source = new ByteSource(blocks);
  const refuse = (message: string) => new Failure('findings', message, { file, offset: source.offset });
  for (;;) {
    const at = source.offset;
    const header = await source.take(BLOCK);
    if (header.length === 0) throw refuse('the archive ends without an end mark');
    if (header.length < BLOCK) throw refuse('the archive is cut off');
    if (header.every(isZero)) {
      if (!(await endsHere(source))) throw refuse('the archive goes on behind its end mark, or has half of one');
      return;
    }
    if (!isIntact(header)) throw new Failure('findings', 'is not the header of an entry', { file, offset: at });
    const size = numberAt(header, 124, 12);
    if (size === null) throw refuse('the size of an entry cannot be read');
    const type = String.fromCharCode(header[156] as number);
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    let left = size;
    async function* content() {
      while (left > 0) {
        const block = await source.next(left);
        if (block.length === 0) throw refuse('the archive is cut off');
        left -= block.length;
        yield block;
      }
    }
    if (type === 'x' || type === 'g') {
      if (size > MOST_EXTENSION) throw refuse('the archive has an extension that is too long');
      const text: Buffer[] = [];
      for await (const block of content()) text.push(Buffer.from(block));
      const fault = extensionFault(Buffer.concat(text));
      if (fault !== null) throw refuse(`the archive has ${fault}`);
    } else if (type === '0' || type === '\0' || type === '5') {
      yield { name: nameOf(header), kind: type === '5' ? 'folder' : 'file', size, content };
      for await (const _ of content());
    } else throw refuse(`the archive holds ${kinds[type] ?? 'something else than files'}: ${nameOf(header)}`);
    if ((await source.take(padding)).length < padding) throw refuse('the archive is cut off');
  }
}

/** Behind the first block of zeros there is another one, and no more than zeros: some programs would read on. */
async function endsHere(source: ByteSource): Promise<boolean> {
  const second = await source.take(BLOCK);
  if (second.length < BLOCK || !second.every(isZero)) return false;
  for (;;) {
    const rest = await source.next(1 << 20);
    if (rest.length === 0) return true;
    if (!rest.every(isZero)) return false;
  }
}

function isZero(byte: number): boolean {
  return byte === 0;
}

const kinds: { [type: string]: string } = {
  '1': 'a hard link',
  '2': 'a symbolic link',
  '3': 'a device',
  '4': 'a device',
  '6': 'a pipe',
};

function isIntact(header: Buffer): boolean {
  const wanted = numberAt(header, 148, 8);
  let sum = 0;
  for (let at = 0; at < BLOCK; at++) sum += at >= 148 && at < 156 ? 32 : (header[at] as number);
  return wanted === sum;
}

function nameOf(header: Buffer): string {
  const isUstar = header.toString('latin1', 257, 262) === 'ustar';
  const prefix = isUstar && header[262] === 0 ? textAt(header, 345, 155) : '';
  return `${prefix === '' ? '' : `${prefix}/`}${textAt(header, 0, 100)}`;
}

function textAt(header: Buffer, start: number, length: number): string {
  const end = header.indexOf(0, start);
  return header.toString('utf8', start, end < 0 ? start + length : Math.min(end, start + length));
}

/** Octal digits, or a binary number behind a byte of 0x80; null for one that is larger than a file can be. */
function numberAt(header: Buffer, start: number, length: number): number | null {
  if (header[start] === 0x80) {
    const value = header.readBigUInt64BE(start + length - 8);
    const isSmall = header.subarray(start + 1, start + length - 8).every(isZero);
    return isSmall && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : null;
  }
  const text = textAt(header, start, length).trim();
  return /^[0-7]+$/.test(text) ? Number.parseInt(text, 8) : null;
}

/** Takes bytes of blocks in other portions than they come in. */
class ByteSource {
  offset = 0;
  readonly #blocks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(blocks: AsyncIterable<Buffer>) {
    this.#blocks = blocks[Symbol.asyncIterator]();
  }

  /** The next bytes, at most so many; none at the end. They are valid until the next call. */
  async next(most: number): Promise<Buffer> {
    while (this.#rest.length === 0) {
      const { value, done } = await this.#blocks.next();
      if (done) return this.#rest;
      this.#rest = value;
    }
    const taken = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(taken.length);
    this.offset += taken.length;
    return taken;
  }

  /** So many bytes, or fewer at the end. */
  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = length; left > 0; ) {
      const part = await this.next(left);
      if (part.length === 0) break;
      left -= part.length;
      parts.push(Buffer.from(part));
    }
    return Buffer.concat(parts);
  }
}

const BLOCK = 512;
const MOST_EXTENSION = 64 * 1024;
