import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** A session by all the ids that it is known by. */
export interface ThreadTrail {
  threadId: string;
  /** Of its files: after a revert, some are named by other ids than the thread's. */
  rolloutIds: readonly string[];
}

/** Finds the ids of sessions in texts and bytes, however many are looked for. Lower and upper case are the same. */
export class IdSearch {
  readonly threads: readonly ThreadTrail[];
  /** Thread ids and rollout ids. */
  readonly ids: readonly string[];
  readonly #owners = new Map<string, string>();

  constructor(threads: readonly ThreadTrail[]) {
    this.threads = threads;
    for (const { threadId, rolloutIds } of threads) {
      for (const id of [threadId, ...rolloutIds]) this.#owners.set(id.toLowerCase(), threadId);
    }
    this.ids = [...this.#owners.keys()];
  }

  /** The thread that an id belongs to. */
  ownerOf(id: string): string | undefined {
    return this.#owners.get(id.toLowerCase());
  }

  /** Threads that a value names: text, bytes that hold it as text, or bytes that hold an id in its binary form. */
  ownersIn(value: unknown): Set<string> {
    const owners = new Set<string>();
    if (typeof value === 'string') this.#each(value, (owner) => owners.add(owner));
    if (Buffer.isBuffer(value)) {
      this.#each(value.toString('latin1'), (owner) => owners.add(owner));
      for (const id of this.ids) if (value.includes(asBytes(id))) owners.add(this.#owners.get(id) as string);
    }
    return owners;
  }

  /** How often each thread is named in bytes. */
  countInBytes(bytes: Buffer): Map<string, number> {
    const counts = new Map<string, number>();
    this.#each(bytes.toString('latin1'), (owner) => counts.set(owner, (counts.get(owner) ?? 0) + 1));
    return counts;
  }

  /**
   * How often each thread is named in the bytes of a file; one that is not there names none. It is never opened through a link.
   *
   * @throws the system's error when it cannot be read
   */
  countIn(path: string): Map<string, number> {
    const counts = new Map<string, number>();
    const descriptor = openToRead(path);
    if (descriptor === null) return counts;
    try {
      const block = Buffer.alloc(BLOCK_BYTES);
      let kept = 0;
      for (let at = 0; ; ) {
        const count = readSync(descriptor, block, kept, BLOCK_BYTES - kept, at);
        if (count === 0) return counts;
        at += count;
        const bytes = block.subarray(0, kept + count);
        this.#each(bytes.toString('latin1'), (owner) => counts.set(owner, (counts.get(owner) ?? 0) + 1));
        // An id that is cut off here is found with the next block; a whole one is not found twice.
        kept = Math.min(ID_LENGTH - 1, bytes.length);
        bytes.copy(block, 0, bytes.length - kept);
      }
    } finally {
      closeSync(descriptor);
    }
  }

  #each(text: string, tell: (owner: string) => void): void {
    const pattern = new RegExp(idPattern, 'gi');
    for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
      const owner = this.#owners.get(match[0].toLowerCase());
      if (owner !== undefined) tell(owner);
      // What looks like an id may be the end of one with the beginning of another behind it.
      pattern.lastIndex = match.index + 1;
    }
  }
}

/** Null for what is not there, or is no regular file. */
function openToRead(path: string): number | null {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (['ENOENT', 'ELOOP', 'ENXIO'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  return null;
}

function asBytes(id: string): Buffer {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}

const idPattern = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/;
const ID_LENGTH = 36;
const BLOCK_BYTES = 1 << 20;
