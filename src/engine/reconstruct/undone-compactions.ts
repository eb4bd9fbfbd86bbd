/**
 * Notes where turns begin, where the history was replaced and what was rolled back, to find out which replacements a later
 * rollback takes back. Of memory, a few words for each turn.
 */
export class CompactionMarks {
  readonly #marks: Mark[] = [];
  #replacements = 0;
  #isLastBarrier = false;

  /** A recorded start of a turn. */
  start(turnId: unknown): void {
    this.#marks.push({ kind: 'start', turnId: idOf(turnId) });
  }

  /** A record that says which turn it belongs to. */
  turn(turnId: unknown): void {
    if (idOf(turnId) !== null) this.#marks.push({ kind: 'turn', turnId: idOf(turnId) });
  }

  /** Something that the user said. */
  user(): void {
    if (this.#marks.at(-1)?.kind !== 'user') this.#marks.push({ kind: 'user' });
  }

  /** A compaction that leaves only a summary. */
  summary(): void {
    this.#isLastBarrier = false;
  }

  /**
   * @param isBarrier Codex does not look behind it, as long as it is the last compaction: one with a number, in a paginated
   *   thread
   * @returns the number of this replacement, counted from 0
   */
  replacement(isBarrier: boolean): number {
    this.#isLastBarrier = isBarrier;
    const number = this.#replacements++;
    this.#marks.push({ kind: 'replacement', number });
    return number;
  }

  rollback(turns: number): void {
    if (turns > 0) this.#marks.push({ kind: 'rollback', turns });
  }

  /**
   * The replacements that are taken back, by number. Codex 0.169 goes back from the end over whole turns, each from its
   * recorded start on; where no starts are recorded, all that is left is one turn. It passes over as many turns of the user's
   * as are rolled back, with all between them, and does not look at the replacements in them. (At older compactions, which
   * leave only a summary, it does look.)
   */
  undone(): Set<number> {
    const undone = new Set<number>();
    let pending = 0;
    let segment = newSegment();
    const close = () => {
      if (pending > 0) {
        for (const number of segment.replacements) undone.add(number);
        if (segment.isUser) pending--;
      }
      segment = newSegment();
    };
    if (this.#isLastBarrier || !this.#marks.some(({ kind }) => kind === 'rollback')) return undone;
    for (const mark of [...this.#marks].reverse()) {
      if (mark.kind === 'user') segment.isUser = true;
      else if (mark.kind === 'turn') segment.turnId ??= mark.turnId;
      else if (mark.kind === 'replacement') segment.replacements.push(mark.number);
      else if (mark.kind === 'rollback') pending += mark.turns;
      else if (areOne(segment.turnId, mark.turnId)) close();
    }
    close();
    return undone;
  }
}

type Mark =
  | { kind: 'user' }
  | { kind: 'start' | 'turn'; turnId: string | null }
  | { kind: 'replacement'; number: number }
  | { kind: 'rollback'; turns: number };

interface Segment {
  turnId: string | null;
  isUser: boolean;
  replacements: number[];
}

function newSegment(): Segment {
  return { turnId: null, isUser: false, replacements: [] };
}

/** A start of another turn than the records behind it belong to is not theirs. */
function areOne(a: string | null, b: string | null): boolean {
  return a === null || b === null || a === b;
}

function idOf(turnId: unknown): string | null {
  return typeof turnId === 'string' ? turnId : null;
}
