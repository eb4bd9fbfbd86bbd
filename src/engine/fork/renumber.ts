/**
 * Lines with lower ordinals, all else byte for byte. Nothing is held but the beginning of a line; one of another shape than
 * Codex's keeps its number.
 *
 * @param by how much lower
 */
export async function* renumber(blocks: AsyncIterable<Buffer>, by: number): AsyncGenerator<Buffer> {
  /** The beginning of a line, as far as it is there; null behind it. */
  let head: Buffer | null = Buffer.alloc(0);
  for await (const block of blocks) {
    const pieces: Buffer[] = [];
    for (let at = 0; at < block.length; ) {
      if (head !== null) {
        const wanted: number = HEAD_BYTES - head.length;
        const lineFeed = block.subarray(at, at + wanted).indexOf(LF);
        const taken: number = lineFeed < 0 ? Math.min(wanted, block.length - at) : lineFeed + 1;
        head = Buffer.concat([head, block.subarray(at, at + taken)]);
        at += taken;
        if (lineFeed < 0 && head.length < HEAD_BYTES) break;
        pieces.push(lowered(head, by));
        head = lineFeed < 0 ? null : Buffer.alloc(0);
        continue;
      }
      const lineFeed = block.indexOf(LF, at);
      const end = lineFeed < 0 ? block.length : lineFeed + 1;
      pieces.push(block.subarray(at, end));
      if (lineFeed >= 0) head = Buffer.alloc(0);
      at = end;
    }
    yield Buffer.concat(pieces);
  }
  if (head !== null && head.length > 0) yield lowered(head, by);
}

function lowered(head: Buffer, by: number): Buffer {
  const text = head.toString('latin1');
  const place = /^(\{"timestamp":"[^"]*","ordinal":)(\d{1,15})[,}]/.exec(text);
  if (!place) return head;
  const [, before = '', digits = ''] = place;
  return Buffer.from(`${before}${Number(digits) - by}${text.slice(before.length + digits.length)}`, 'latin1');
}

const HEAD_BYTES = 128;
const LF = 0x0a;
