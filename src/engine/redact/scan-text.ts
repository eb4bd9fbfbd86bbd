import { AnchorFinder } from './anchor-finder.ts';
import { baseRuns } from './encoded.ts';
import { FoundMatches } from './found-matches.ts';
import { KnownValues } from './known-values.ts';
import { isBesideMarks, maskMarks } from './mark-mask.ts';
import { isBetter } from './merge.ts';
import type { Match, Rule } from './rules/rule.ts';
import { readSecretOf } from './rules/secret-of.ts';
import type { LintRules } from './secretlint.ts';
import type { View } from './view.ts';
import { views } from './views.ts';

export interface TextRules {
  rules: readonly Rule[];
  /** Null where none of secretlint's rules is asked for. */
  lint: LintRules | null;
  /** Rules of the user's: they come with an effort of their own. */
  own: ((text: string) => Match[]) | null;
}

/** Finds the secrets in a text, also where they are broken over lines, encoded, or coloured by a terminal. */
export class TextScanner {
  readonly #byAnchor: ReadonlyMap<string, readonly Rule[]>;
  readonly #anchors: AnchorFinder;
  readonly #swept: readonly Rule[];
  readonly #given: TextRules;
  readonly #known = new KnownValues();
  #unseen = 0;

  constructor(given: TextRules) {
    this.#given = given;
    this.#byAnchor = anchorTable(given.rules, given.lint?.anchors ?? []);
    this.#anchors = new AnchorFinder(this.#byAnchor.keys());
    this.#swept = given.rules.filter((rule) => rule.anchors.length === 0);
  }

  /** Pictures and the like that were passed over so far. */
  get unseen(): number {
    return this.#unseen;
  }

  /** From now on, the value of a match is found wherever it stands. */
  remember(match: Match): void {
    this.#known.add(match);
  }

  /** @returns matches, which may overlap; empty for by far the most texts */
  scan(text: string): readonly Match[] {
    return text.length < SHORTEST ? nothing : this.#scanAt(text, 0);
  }

  /** @param depth how often the text was decoded already */
  #scanAt(given: string, depth: number): readonly Match[] {
    const text = maskMarks(given);
    const found = this.#scanPlain(text);
    for (const rule of this.#swept) sweep(rule, text, found);
    for (const match of this.#given.own?.(text) ?? nothing) found.add(match);
    for (const view of views(text)) this.#scanView(view, found);
    if (depth < DEEPEST) this.#scanBase64(text, depth, found);
    return text === given ? found.list : found.list.filter(isBesideMarks);
  }

  #scanPlain(text: string): FoundMatches {
    const anchors = this.#anchors;
    const found = new FoundMatches();
    const { lint } = this.#given;
    let isLinted = false;
    /** Up to where a rule has found something: what begins within that is a part of it. */
    const behind = new Map<Rule, number>();
    for (let at = anchors.next(text, 0); at >= 0; at = anchors.next(text, at + 1)) {
      const { anchor } = anchors;
      for (const rule of this.#byAnchor.get(anchor) as Rule[]) {
        if (at < (behind.get(rule) ?? 0)) continue;
        const match = matchAt(rule, text, at);
        if (!match) continue;
        behind.set(rule, match.end);
        const same = found.same(match.start, match.end);
        if (!same || isBetter(match, same)) found.add(match);
      }
      isLinted ||= lint?.isAnchor(anchor) ?? false;
    }
    if (isLinted && lint) addUnknown(found, lint.scan(text));
    for (const match of this.#known.find(text)) if (!found.touches(match.start, match.end)) found.add(match);
    return found;
  }

  #scanView(view: View, found: FoundMatches): void {
    // A mark may be broken, too.
    for (const whole of this.#scanPlain(maskMarks(view.text)).list) {
      const start = view.at(whole.start);
      const match = view.newer(whole, found.begins(start));
      if (!match) continue;
      const encoding = [view.encoding, ...(match.encoding ?? [])];
      const end = view.at(match.end - 1) + view.width(match.end - 1);
      if (!found.covers(start, end)) found.add({ ...match, start, end, encoding });
    }
  }

  /** What is found in it takes the whole of an encoded text along: the rest would tell where the secret was. */
  #scanBase64(text: string, depth: number, found: FoundMatches): void {
    for (const { start, end, encoding, texts, isMedia } of baseRuns(text)) {
      if (isMedia) this.#unseen++;
      let worst: Match | null = null;
      for (const decoded of texts) {
        for (const match of this.#scanAt(decoded, depth + 1)) if (!worst || isWorse(match, worst)) worst = match;
      }
      if (worst) found.add({ ...worst, start, end, encoding: [encoding, ...(worst.encoding ?? [])] });
    }
  }
}

function isWorse(a: Match, b: Match): boolean {
  if ((a.severity === 'low') !== (b.severity === 'low')) return b.severity === 'low';
  return a.value.length > b.value.length;
}

function anchorTable(rules: readonly Rule[], more: readonly string[]): Map<string, Rule[]> {
  const table = new Map<string, Rule[]>(more.map((anchor) => [anchor, []]));
  for (const rule of rules) for (const anchor of rule.anchors) table.set(anchor, [...(table.get(anchor) ?? []), rule]);
  // Where a long anchor is found, the short one that begins it is, too.
  const own = [...table].map(([anchor, of]) => [anchor, [...of]] as const);
  for (const [anchor, list] of table) {
    for (const [other, of] of own)
      if (other !== anchor && anchor.startsWith(other)) list.push(...of.filter((rule) => !list.includes(rule)));
  }
  return table;
}

function matchAt(rule: Rule, text: string, anchorAt: number): Match | null {
  const { pattern } = rule;
  let from = anchorAt;
  if (rule.back !== undefined) {
    const first = Math.max(0, anchorAt - rule.back);
    while (from > first && isNameCode(text.charCodeAt(from - 1))) from--;
    // What an escaped line break ends in belongs to no name.
    if (from > 0 && text[from - 1] === '\\' && /[nrt]/.test(text[from] as string)) from++;
  }
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  return match && toMatch(rule, match);
}

function sweep(rule: Rule, text: string, found: FoundMatches): void {
  rule.pattern.lastIndex = 0;
  for (let hit = rule.pattern.exec(text); hit; hit = rule.pattern.exec(text)) {
    const match = toMatch(rule, hit);
    if (match) found.add(match);
  }
}

function toMatch(rule: Rule, hit: RegExpExecArray): Match | null {
  const value = readSecretOf(hit);
  if (rule.accepts && !rule.accepts(value, hit)) return null;
  const start = hit.index + hit[0].lastIndexOf(value);
  const isOpen = rule.isOpen ?? false;
  return { start, end: start + value.length, from: hit.index, rule: rule.id, severity: rule.severity, value, isOpen };
}

/** Secretlint's findings say less well where a secret begins and ends, so they count where nothing else was found. */
function addUnknown(found: FoundMatches, more: Match[]): void {
  for (const match of more) if (!found.touches(match.start, match.end)) found.add(match);
}

/** Letters, digits and what stands in names: `_ - . % + ~`. */
function isNameCode(code: number): boolean {
  return nameCodes[code] === 1;
}

const nameCodes = new Uint8Array(128);
for (const character of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.%+~') {
  nameCodes[character.charCodeAt(0)] = 1;
}

const nothing: readonly Match[] = [];
const SHORTEST = 6;
/** Base64 in base64. */
const DEEPEST = 2;
