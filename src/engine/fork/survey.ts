import type { JsonObject } from '../../format/decode-line.ts';
import type { History } from '../../model/history.ts';
import type { Problem } from '../problem.ts';
import type { ThreadSource } from '../read-thread.ts';
import { CurrentFile } from '../reconstruct/current-file.ts';
import { type Place, Places } from '../reconstruct/places.ts';
import { readSteps } from '../reconstruct/read-steps.ts';
import { isBeyond } from '../reconstruct/replay-thread.ts';
import { ThreadState } from '../reconstruct/thread-state.ts';
import type { PlacedStep } from '../reconstruct/turn-count.ts';
import type { ForkPoint } from './fork-point.ts';
import { lighten } from './light-step.ts';
import { TurnEnds } from './turn-ends.ts';

/** What a thread is like up to the place where it is cut. */
export interface Survey {
  /** Null where there is no such place: no such turn, or none that is complete. */
  place: Place | null;
  /** The last recorded turn of which something stands before the place. */
  turn: number;
  /** Turns that were recorded as far as was read. */
  turns: number;
  /** Everything but the items, which would not fit into memory. */
  state: CutState;
  /** The thread's own session_meta that is in effect there; null when the place lies before any. */
  meta: Place | null;
  places: Places;
  problems: Problem[];
}

export type CutState = Omit<ReturnType<ThreadState['toHistory']>, 'items'> &
  Pick<History, 'settings'> & {
    /** Tools that a record behind the session_meta brought; null where none did. */
    latestTools: readonly unknown[] | null;
    /** The payload of the last turn_context; null where there is none. */
    context: JsonObject | null;
  };

/**
 * Finds the place at which a thread is cut, and what was in effect there. Of memory, a few words for each item; the thread
 * is read a second time where the place is known only at the end.
 */
export async function survey(source: ThreadSource, point: ForkPoint, end: Place | null = null): Promise<Survey> {
  const first = await surveyOnce(source, point, end, new Set());
  const undone = first.pass.state.marks.undone();
  const { pass, places, problems } = undone.size === 0 ? first : await surveyOnce(source, point, end, undone);
  const { cut } = pass;
  // What was read behind the place must not count.
  if (cut && end === null && point.kind === 'last' && !pass.isCutAtEnd(places)) {
    const upTo = await survey(limited(source, cut.place), point, cut.place);
    return { ...upTo, place: cut.place, turn: cut.turn };
  }
  return {
    place: end ?? cut?.place ?? null,
    turn: cut?.turn ?? 0,
    turns: pass.turns,
    state: pass.cutState((problem) => problems.push(problem)),
    meta: pass.meta,
    places,
    problems,
  };
}

/** A thread as it is without what stands behind a place. */
function limited(source: ThreadSource, { part, offset }: Place): ThreadSource {
  const upTo = { endByte: offset, endOrdinal: Number.POSITIVE_INFINITY };
  const before = source.parts.slice(0, source.parts.indexOf(part));
  return { ...source, parts: [...before, Object.assign(part, { recorded: upTo, effective: upTo })] };
}

async function surveyOnce(source: ThreadSource, point: ForkPoint, end: Place | null, undone: ReadonlySet<number>) {
  const problems: Problem[] = [];
  const places = new Places();
  const pass = new Pass(point, undone);
  const current = new CurrentFile();
  reading: for await (const steps of readSteps(source, current, (problem) => problems.push(problem), places)) {
    for (const step of steps) if (!pass.take(step)) break reading;
  }
  const last = source.parts.at(-1);
  if (end === null && last) pass.finish(places.ends.get(last) ?? null);
  return { pass, places, problems };
}

class Pass {
  readonly state: ThreadState;
  readonly #point: ForkPoint;
  readonly #ends = new TurnEnds();
  turns = 0;
  /** The last turn of something in effect. */
  #turn = 0;
  cut: { place: Place; turn: number } | null = null;
  meta: Place | null = null;
  #tools: readonly unknown[] | null = null;
  #context: JsonObject | null = null;

  constructor(point: ForkPoint, undone: ReadonlySet<number>) {
    this.#point = point;
    this.state = new ThreadState(undone);
  }

  /** @returns false when the place is found */
  take(placed: PlacedStep): boolean {
    const { step, turn, place } = placed;
    const point = this.#point;
    if (place && point.kind === 'end-of' && isBeyond(placed, point.turn)) return this.#cutAt(place);
    if (place && point.kind === 'before' && turn >= point.turn) return this.#cutAt(place);
    this.turns = Math.max(this.turns, turn);
    if (!place) return true;
    this.#ends.see(placed, place);
    this.#turn = Math.max(this.#turn, turn);
    if (!step) return true;
    if (step.kind === 'meta') {
      this.meta = place;
      if (Array.isArray(step.payload.dynamic_tools)) this.#tools = null;
    }
    if (step.kind === 'tools') this.#tools = step.tools;
    if (step.kind === 'context') this.#context = step.payload;
    this.state.apply(lighten(step), turn);
    return true;
  }

  /** The thread has ended at this place. */
  finish(end: Place | null): void {
    if (this.cut) return;
    const point = this.#point;
    if (point.kind === 'last') this.cut = this.#ends.lastComplete(end);
    else if (point.kind === 'end-of' && end && this.turns >= point.turn) this.cut = { place: end, turn: point.turn };
  }

  isCutAtEnd(places: Places): boolean {
    return this.cut !== null && places.ends.get(this.cut.place.part)?.offset === this.cut.place.offset;
  }

  cutState(report: (problem: Problem) => void): CutState {
    const { items: _, ...state } = this.state.toHistory(report);
    return { ...state, latestTools: this.#tools, context: this.#context };
  }

  #cutAt(place: Place): false {
    const { kind } = this.#point;
    this.turns = Math.max(this.turns, this.#point.kind === 'last' ? 0 : this.#point.turn);
    this.cut = { place, turn: kind === 'end-of' ? this.turns : this.#turn };
    return false;
  }
}
