import { Failure } from '../../base/failure.ts';
import { newId } from '../../model/new-id.ts';
import type { Incoming } from './incoming.ts';

/** New ids for sessions and their files, by the old ones. A file that has the id of its thread keeps having it. */
export function mintIds(incoming: readonly Incoming[], now: number): Map<string, string> {
  const ids = new Map<string, string>();
  for (const { threadId, rolloutId } of incoming) {
    for (const id of [threadId, rolloutId]) if (!ids.has(id)) ids.set(id, newId(now));
  }
  return ids;
}

/**
 * The content with other ids in its first record, which says whose it is and what it refers to. An id is as long as another, so
 * every byte keeps its place: what refers to places in it stays right. All other lines stay as they are.
 *
 * @param file for messages
 * @throws Failure `findings` for a first record that is too long to be one
 */
export async function* withIds(
  blocks: AsyncIterable<Buffer>,
  ids: ReadonlyMap<string, string>,
  file: string,
): AsyncGenerator<Uint8Array> {
  let head: Buffer | null = Buffer.alloc(0);
  for await (const block of blocks) {
    if (head === null) {
      yield block;
      continue;
    }
    head = Buffer.concat([head, block]);
    const end = endOfFirst(head);
    if (end === null) {
      if (head.length < LONGEST_FIRST) continue;
      const message = 'its first record is too long for its ids to be replaced';
      throw new Failure('findings', message, { file, line: 1, offset: 0 });
    }
    const first = head.subarray(0, end);
    yield Buffer.from(replaceIds(first.toString('latin1'), ids), 'latin1');
    yield head.subarray(first.length);
    head = null;
  }
  if (head) yield Buffer.from(replaceIds(head.toString('latin1'), ids), 'latin1');
}

/** Behind the first line that is not blank; null when it is not all there. */
function endOfFirst(bytes: Buffer): number | null {
  for (let start = 0; ; ) {
    const end = bytes.indexOf(LF, start) + 1;
    if (end === 0) return null;
    if (bytes.subarray(start, end).some((byte) => byte > SPACE)) return end;
    start = end;
  }
}

export function replaceIds(text: string, ids: ReadonlyMap<string, string>): string {
  return text.replace(uuid, (id) => ids.get(id.toLowerCase()) ?? id);
}

const uuid = /[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}/g;
const LF = 0x0a;
const SPACE = 0x20;
const LONGEST_FIRST = 64 * 1024 * 1024;
