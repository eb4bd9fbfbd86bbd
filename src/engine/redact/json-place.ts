/** Where a string or a number stands in a JSON text. Valid only during the call that it is handed to. */
export interface ValuePlace {
  /** The name of the member that it is the value of, or in whose array it stands; null at the top. */
  readonly key: string | null;
  /** Whether it is such a name itself. */
  readonly isKey: boolean;
  /** The names of the members around it, the outermost first; `null` for a place in an array. */
  readonly keys: readonly (string | null)[];
  /** The string before it in the same array; null for none. */
  readonly before: string | null;
  /** The end of all strings before it in the same array, with spaces between them, as a shell would have them; '' for none. */
  readonly line: string;
  /** Members of the object that it stands in, where they are short strings: those before it, and the next few behind it. */
  siblings(names: ReadonlySet<string>): string[];
  /** The steps of a JSON pointer to it, with the names as they were written out; a name's own last step is left out. */
  steps(): string[];
}

/** The place of what is read, kept while a JSON text is walked through. */
export class Place implements ValuePlace {
  readonly keys: (string | null)[] = [];
  isKey = false;
  expectsKey = false;
  before: string | null = null;
  line = '';
  /** Finds members behind the value that is looked at. */
  ahead: (names: ReadonlySet<string>) => string[] = () => [];
  readonly #indexes: number[] = [];
  /** As written out: a name may itself be a secret. */
  readonly #shown: string[] = [];
  /** The short strings that the object around it had so far, by name. */
  readonly #members: (Map<string, string> | null)[] = [];

  get key(): string | null {
    for (let i = this.keys.length - 1; i >= 0; i--) if (this.keys[i] !== null) return this.keys[i] as string;
    return null;
  }

  siblings(names: ReadonlySet<string>): string[] {
    const before = [...(this.#members[this.#members.length - 1] ?? [])];
    return [...before.flatMap(([name, value]) => (names.has(name) ? [value] : [])), ...this.ahead(names)];
  }

  steps(): string[] {
    const steps = this.keys.map((key, depth) =>
      key === null ? String(this.#indexes[depth]) : (this.#shown[depth] ?? ''),
    );
    return this.isKey ? steps.slice(0, -1) : steps;
  }

  /** A string was passed that is no name. */
  pass(value: string): void {
    this.before = value;
    const last = this.keys.length - 1;
    const key = this.keys[last];
    if (key === null) this.line = `${this.line}${value.slice(-LONGEST_LINE)} `.slice(-LONGEST_LINE);
    if (typeof key !== 'string' || !labels.has(key) || value.length > LONGEST_LABEL) return;
    this.#members[last] ??= new Map();
    this.#members[last]?.set(key, value);
  }

  /** @param shown the name as it is written out */
  name(key: string, shown: string): void {
    this.keys[this.keys.length - 1] = key;
    this.#shown[this.keys.length - 1] = shown;
  }

  open(isObject: boolean): void {
    this.keys.push(isObject ? '' : null);
    this.#shown.push('');
    this.#indexes.push(isObject ? -1 : 0);
    this.#members.push(null);
    this.expectsKey = isObject;
    this.before = null;
    this.line = '';
  }

  close(): void {
    this.keys.pop();
    this.#shown.pop();
    this.#indexes.pop();
    this.#members.pop();
    this.expectsKey = false;
    this.before = null;
    this.line = '';
  }

  next(): void {
    const last = this.#indexes.length - 1;
    if ((this.#indexes[last] as number) < 0) {
      this.expectsKey = true;
      this.before = null;
      this.line = '';
    } else this.#indexes[last] = (this.#indexes[last] as number) + 1;
  }
}

/** Members that say what another member of the same object is: `{"name": "DB_PASSWORD", "value": "…"}`. */
export const labelNames: ReadonlySet<string> = new Set(
  'name Name NAME key Key KEY header variable var env field label'.split(' '),
);
export const typeNames: ReadonlySet<string> = new Set(['type']);
const labels = new Set([...labelNames, ...typeNames]);
const LONGEST_LABEL = 200;
/** As far back as the rules for commands look. */
const LONGEST_LINE = 300;
