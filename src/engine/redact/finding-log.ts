import type { FindingPlace, SecretFinding } from './finding.ts';
import { nowhere } from './finding.ts';
import type { Marks } from './marks.ts';
import { preview } from './preview.ts';
import type { Match } from './rules/rule.ts';

/** Counts what was found, and notes where it was. */
export class FindingLog {
  /** What is looked through. */
  place: FindingPlace = nowhere;
  /** How many secrets were found, each time that they were. */
  total = 0;
  /** The first ten thousand, where nobody else is told. */
  readonly findings: SecretFinding[] = [];
  readonly #marks: Marks;
  readonly #counts = new Map<string, number>();
  readonly #onFinding: ((finding: SecretFinding) => void) | undefined;

  constructor(marks: Marks, onFinding: ((finding: SecretFinding) => void) | undefined) {
    this.#marks = marks;
    this.#onFinding = onFinding;
  }

  /** How many were found, for each rule that found something. */
  byRule(): { [rule: string]: number } {
    return Object.fromEntries([...this.#counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Counts a secret. @returns whether somebody wants to know where it is */
  count(rule: string): boolean {
    this.total++;
    this.#counts.set(rule, (this.#counts.get(rule) ?? 0) + 1);
    return this.#onFinding !== undefined || this.total <= MOST_REPORTED;
  }

  /**
   * Notes one that was counted.
   *
   * @param mark what takes its place
   * @param pointers to the text that it stands in, the outermost first
   */
  add({ start, end, rule, severity, value, encoding = [] }: Match, mark: string, pointers: readonly string[]): void {
    const { threadId, seq, line, turn } = this.place;
    const [pointer = null, ...inner] = pointers;
    const finding: SecretFinding = {
      ...{ schema: 'sessions.secret-finding/1', rule, severity, thread_id: threadId, seq, line, turn },
      ...{ pointer, inner, offset: start, length: end - start, encoding: [...encoding] },
      ...{ preview: preview(rule, value), mark, hash: this.#marks.hashOf(value), salt: this.#marks.salt },
    };
    if (this.#onFinding) this.#onFinding(finding);
    else this.findings.push(finding);
  }
}

const MOST_REPORTED = 10_000;
