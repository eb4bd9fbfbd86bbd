import { isUtf8 } from 'node:buffer';
import type { Event } from '../../model/event.ts';
import { stringify } from '../../model/verbatim.ts';
import { type FindingPlace, nowhere, type SecretFinding } from './finding.ts';
import { FindingLog } from './finding-log.ts';
import type { ValuePlace } from './json-place.ts';
import { rewriteStrings } from './json-strings.ts';
import { parseContainer, quoted } from './json-text.ts';
import { isMark, maskMarks } from './mark-mask.ts';
import type { Marks } from './marks.ts';
import { isMedia } from './media.ts';
import { merged } from './merge.ts';
import { namedNumber, namedSecret } from './named-value.ts';
import { OpaqueContent } from './opaque-content.ts';
import { isPlainName, type PointerNames } from './pointer-names.ts';
import { rebuildEvent } from './rebuild-event.ts';
import type { Encoding, Match } from './rules/rule.ts';
import type { TextScanner } from './scan-text.ts';
import { isContent, isKnownRecord, isOpaque, isRawBytes, isStructure } from './structure.ts';
import { inWindows } from './windows.ts';

export interface RedactorParts {
  scanner: TextScanner;
  marks: Marks;
  pointers: PointerNames;
  /** Whether the rule of this name was asked for: values are judged by the names of their members, too. */
  hasRule(id: string): boolean;
  /** Whether what only the provider can read is taken out. */
  dropsOpaque: boolean;
  /** Rules of the user's that leave the beginning of what they find: how many characters, by id. */
  kept: ReadonlyMap<string, number>;
  /** Values that are never taken for secrets. */
  ignored: ReadonlySet<string>;
  onFinding?: ((finding: SecretFinding) => void) | undefined;
}

/**
 * Takes secrets out of events and lines, and says where they were. Everything else stays byte for byte. It takes time in proportion
 * to a line, and of memory a few times its length.
 */
export class Redactor {
  readonly #parts: RedactorParts;
  readonly #log: FindingLog;
  readonly #opaque = new OpaqueContent();
  #pictures = 0;
  /** Whether the record that is looked through has members that are known to hold it together. */
  #isKnown = true;
  /** Whether each character stands for a byte of what is no UTF-8. */
  #isBytes = false;
  /** Around what is looked through: pointers to JSON texts, and encodings. */
  readonly #outer: (() => string)[] = [];
  readonly #encodings: Encoding[] = [];

  constructor(parts: RedactorParts) {
    this.#parts = parts;
    this.#log = new FindingLog(parts.marks, parts.onFinding);
  }

  /** The same event without secrets; the same object where there are none. It fits the schema of events as before. */
  event(event: Event): Event {
    const { thread_id: threadId, seq, turn, line } = event;
    this.#begin({ threadId, seq, turn, line: line ?? null }, { isKnown: event.type !== 'Unknown', isBytes: false });
    const text = stringify(event);
    const clean = this.#json(text);
    return clean === text ? event : rebuildEvent(event, clean);
  }

  /**
   * A line of a rollout without secrets, without its LF. One that is no JSON is looked through as a text; of one that is no UTF-8,
   * the bytes that make it so stay.
   *
   * @param place for findings, where it is known
   */
  line(bytes: Uint8Array, place: FindingPlace = nowhere): Uint8Array {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const coded = isUtf8(buffer) ? 'utf8' : 'latin1';
    const text = buffer.toString(coded);
    const clean = this.#whole(text, place, coded === 'latin1');
    return clean === text ? bytes : Buffer.from(clean, coded);
  }

  /** A text of no event: a path, a name. */
  text(text: string, place: FindingPlace = nowhere): string {
    this.#begin(place, { isKnown: false, isBytes: false });
    return this.#text(text, null);
  }

  /** What was found so far, where nobody else is told: the first ten thousand. */
  report(): SecretFinding[] {
    return this.#log.findings;
  }

  /** How many secrets were found, each time that they were. */
  get count(): number {
    return this.#log.total;
  }

  /** The same, for each rule that found something. */
  byRule(): { [rule: string]: number } {
    return this.#log.byRule();
  }

  /** Pictures and sounds that were passed on unseen. */
  get pictures(): number {
    return this.#pictures + this.#parts.scanner.unseen;
  }

  /** What was taken out because only the provider can read it. */
  get opaque(): OpaqueContent {
    return this.#opaque;
  }

  get salt(): string {
    return this.#parts.marks.salt;
  }

  #begin(place: FindingPlace, { isKnown, isBytes }: { isKnown: boolean; isBytes: boolean }): void {
    this.#log.place = place;
    this.#isKnown = isKnown;
    this.#isBytes = isBytes;
    // Of one before that a rule has stopped.
    this.#outer.length = 0;
    this.#encodings.length = 0;
  }

  #whole(text: string, place: FindingPlace, isBytes: boolean): string {
    const mark = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
    const body = text.slice(mark.length);
    const record = parseContainer(body);
    this.#begin(place, { isKnown: isKnownRecord(record), isBytes });
    return mark + (record === undefined ? this.#text(body, null) : this.#json(body));
  }

  #json(text: string): string {
    return rewriteStrings(text, {
      string: (value, place) => this.#string(value, place),
      number: (digits, place) => this.#number(digits, place),
    });
  }

  #string(value: string, place: ValuePlace): string | null {
    if (value.length < SHORTEST || (place.isKey && isPlainName(value))) return null;
    if (this.#outer.length === 0) {
      if (isOpaque(value, place) && this.#parts.dropsOpaque) {
        return isMark(value) ? null : this.#withoutOpaque(value, place);
      }
      if (isRawBytes(place)) return this.#rawBytes(value, place);
    }
    if (isMedia(value)) {
      this.#pictures++;
      return null;
    }
    const clean = this.#clean(value, place);
    return clean === value ? null : quoted(clean, this.#isBytes);
  }

  /** Digits that are a password or the number of a card. Those that hold records together are never looked at. */
  #number(digits: string, place: ValuePlace): string | null {
    if (digits.length < SHORTEST_NUMBER || !this.#isFree(place)) return null;
    const named = this.#asked(namedNumber(digits, place));
    const clean = this.#replaced(digits, [merged([...this.#parts.scanner.scan(digits), ...named])], place);
    return clean === digits ? null : quoted(clean, this.#isBytes);
  }

  #isFree({ keys }: ValuePlace): boolean {
    return this.#outer.length > 0 || !this.#isKnown || isContent(keys);
  }

  #clean(value: string, place: ValuePlace): string {
    if (this.#outer.length >= DEEPEST || place.isKey || parseContainer(value) === undefined) {
      return this.#text(value, place);
    }
    return this.#within(place, () => this.#json(value));
  }

  #text(text: string, place: ValuePlace | null): string {
    const scan = (part: string) => this.#parts.scanner.scan(part);
    if (!place) return this.#replaced(text, inWindows(text, scan), null);
    // What holds records together is taken out only where it cannot be what it seems.
    if (this.#outer.length === 0 && this.#isKnown && isStructure(text, place)) {
      return this.#replaced(text, [merged(scan(text).filter(({ severity }) => severity === 'high'))], place);
    }
    if (place.isKey) return this.#replaced(text, [merged(scan(text))], place);
    const named = this.#asked(namedSecret(maskMarks(text), place));
    return this.#replaced(
      text,
      named.length === 0 ? inWindows(text, scan) : [merged([...scan(text), ...named])],
      place,
    );
  }

  #asked(match: Match | null): Match[] {
    return match && this.#parts.hasRule(match.rule) ? [match] : [];
  }

  /** @param found in order, none over another, a part of the text at a time; of a name all at once */
  #replaced(text: string, found: Iterable<readonly Match[]>, place: ValuePlace | null): string {
    const { ignored, kept, marks } = this.#parts;
    let clean = '';
    let from = 0;
    for (const matches of found) {
      const noted: [Match, string][] = [];
      const parts: string[] = [];
      for (const match of matches) {
        const { start, end, rule, value } = match;
        if (ignored.has(value)) continue;
        this.#parts.scanner.remember(match);
        const mark = marks.markOf(rule, value);
        parts.push(text.slice(from, Math.min(end, start + (kept.get(rule) ?? 0))), mark);
        from = end;
        if (this.#log.count(rule)) noted.push([match, mark]);
      }
      clean += parts.join('');
      if (noted.length > 0) this.#note(noted, place, clean + text.slice(from));
    }
    return from === 0 ? text : clean + text.slice(from);
  }

  /** @param clean what is looked through, without its secrets: a name that is one stands in the pointer to it as it is written out */
  #note(noted: readonly [Match, string][], place: ValuePlace | null, clean: string): void {
    const steps = () => [...(place?.steps() ?? []), ...(place?.isKey ? [clean] : [])];
    const own = place ? [() => this.#parts.pointers.pointer(steps())] : [];
    const where = [...this.#outer, ...own].map((pointer) => pointer());
    for (const [match, mark] of noted) {
      this.#log.add({ ...match, encoding: [...this.#encodings, ...(match.encoding ?? [])] }, mark, where);
    }
  }

  /** The bytes of a line that is no UTF-8, looked through as the line itself would be. */
  #rawBytes(value: string, place: ValuePlace): string | null {
    const text = Buffer.from(value, 'base64').toString('latin1');
    this.#encodings.push('base64');
    const clean = this.#within(place, () => {
      this.#isBytes = true;
      return parseContainer(text) === undefined ? this.#text(text, null) : this.#json(text);
    });
    this.#encodings.pop();
    this.#isBytes = false;
    return clean === text ? null : JSON.stringify(Buffer.from(clean, 'latin1').toString('base64'));
  }

  #within(place: ValuePlace, act: () => string): string {
    this.#outer.push(() => this.#parts.pointers.pointer(place.steps()));
    try {
      return act();
    } finally {
      this.#outer.pop();
    }
  }

  #withoutOpaque(value: string, place: ValuePlace): string {
    const match: Match = { start: 0, end: value.length, rule: 'opaque', severity: 'medium', value };
    return this.#opaque.put(this.#replaced(value, [[match]], place), place);
  }
}

const BYTE_ORDER_MARK = '\ufeff';
const SHORTEST = 6;
const SHORTEST_NUMBER = 4;
/** JSON in JSON in JSON. */
const DEEPEST = 8;
