import { randomBytes } from 'node:crypto';

/**
 * The keys of the JSON objects that are open while a text is scanned, to find one that stands twice in an object. It is an
 * open hash table over the text itself: nothing is copied, and nothing allocated for texts of usual size.
 */
export class KeyTable {
  #bytes: Buffer = Buffer.alloc(0);
  /** For each depth, the number of the object that is open there; every object of a text has its own. */
  #objects: number[] = [];
  #objectCount = 0;
  #keyCount = 0;
  /** Slots: the object that the key belongs to (0 for a free slot), its hash, and where it stands. */
  #owner = new Int32Array(FEWEST_SLOTS);
  #hash = new Int32Array(FEWEST_SLOTS);
  #start = new Int32Array(FEWEST_SLOTS);
  #end = new Int32Array(FEWEST_SLOTS);

  /** Starts on another text. */
  begin(bytes: Buffer): void {
    this.#bytes = bytes;
    if (this.#owner.length > FEWEST_SLOTS) this.#resize(FEWEST_SLOTS);
    else if (this.#keyCount > 0) this.#owner.fill(0);
    this.#keyCount = 0;
    this.#objectCount = 0;
  }

  openObject(depth: number): void {
    this.#objects[depth] = ++this.#objectCount;
  }

  /**
   * Adds a key to the object that is open at this depth, and says whether it has it already.
   *
   * @param start first byte behind the opening quote
   * @param end the closing quote
   */
  isRepeated(depth: number, start: number, end: number): boolean {
    const owner = this.#objects[depth];
    if (owner === undefined) return false;
    const hash = this.#hashOf(start, end);
    let slot = this.#firstSlot(owner, hash);
    while (this.#owner[slot] !== 0) {
      if (this.#owner[slot] === owner && this.#hash[slot] === hash && this.#isSame(slot, start, end)) return true;
      slot = (slot + 1) & (this.#owner.length - 1);
    }
    this.#owner[slot] = owner;
    this.#hash[slot] = hash;
    this.#start[slot] = start;
    this.#end[slot] = end;
    if (++this.#keyCount * 2 > this.#owner.length) this.#grow();
    return false;
  }

  /** The key without its escapes. */
  textOf(start: number, end: number): string {
    const text = this.#bytes.toString('utf8', start, end);
    if (!text.includes('\\')) return text;
    try {
      return JSON.parse(`"${text}"`) as string;
    } catch {
      return text;
    }
  }

  #isSame(slot: number, start: number, end: number): boolean {
    const otherStart = this.#start[slot] as number;
    const otherEnd = this.#end[slot] as number;
    if (this.#bytes.compare(this.#bytes, otherStart, otherEnd, start, end) === 0) return true;
    return this.textOf(otherStart, otherEnd) === this.textOf(start, end);
  }

  /** An escaped key and the same key unescaped have one hash. */
  #hashOf(start: number, end: number): number {
    let hash = seed;
    for (let i = start; i < end; i++) {
      const byte = this.#bytes[i] as number;
      if (byte === BACKSLASH) return hashBytes(Buffer.from(this.textOf(start, end)));
      hash = Math.imul(hash ^ byte, FNV_PRIME);
    }
    return hash;
  }

  #firstSlot(owner: number, hash: number): number {
    const mixed = Math.imul(hash ^ Math.imul(owner, FNV_PRIME), FNV_PRIME);
    return (mixed ^ (mixed >>> 15)) & (this.#owner.length - 1);
  }

  #grow(): void {
    const [owner, hash, start, end] = [this.#owner, this.#hash, this.#start, this.#end];
    this.#resize(owner.length * 2);
    for (let old = 0; old < owner.length; old++) {
      if (owner[old] === 0) continue;
      let slot = this.#firstSlot(owner[old] as number, hash[old] as number);
      while (this.#owner[slot] !== 0) slot = (slot + 1) & (this.#owner.length - 1);
      this.#owner[slot] = owner[old] as number;
      this.#hash[slot] = hash[old] as number;
      this.#start[slot] = start[old] as number;
      this.#end[slot] = end[old] as number;
    }
  }

  #resize(slots: number): void {
    this.#owner = new Int32Array(slots);
    this.#hash = new Int32Array(slots);
    this.#start = new Int32Array(slots);
    this.#end = new Int32Array(slots);
  }
}

/** FNV-1a. The seed differs from run to run, so that nobody can write keys that all fall into one slot. */
const seed = randomBytes(4).readInt32LE();
const FNV_PRIME = 0x01000193;

function hashBytes(bytes: Uint8Array): number {
  let hash = seed;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return hash;
}

const FEWEST_SLOTS = 1024;
const BACKSLASH = 0x5c;
