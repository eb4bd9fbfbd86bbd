import { throwIfStopped } from '../../base/abort.ts';
import { Failure } from '../../base/failure.ts';
import { formatTime } from '../../base/time.ts';
import type { Record } from '../../format/record.ts';
import type { RolloutFile } from '../../store/rollout-file.ts';
import { readLineBlocks } from '../read-records.ts';
import type { Edit } from './edit.ts';
import { type LinePlace, type Piece, piecesOf } from './line-pieces.ts';
import { metaEdits, newMetaText, sourcesOf } from './meta-edits.ts';
import type { MetaFacts } from './meta-facts.ts';
import { Numbering } from './numbering.ts';
import { type OrdinalPlace, ordinalEdit, ordinalInHead, ordinalOf } from './ordinal-edit.ts';
import type { HeadSurvey } from './survey-head.ts';
import { WaitingCalls } from './waiting-calls.ts';

/** What is to be done with a file as a whole. */
export interface RepairPlan {
  survey: HeadSurvey;
  /** Whether its records have ordinals. */
  isNumbered: boolean;
  /** For a session_meta that is to be made, or completed. */
  facts: MetaFacts | null;
  makesMeta: boolean;
}

/**
 * All edits of a file, in ascending order. The file is read line by line, and nothing is held of it but the line, and a
 * bounded number of calls without results.
 */
export async function* findEdits(rollout: RolloutFile, plan: RepairPlan, signal?: AbortSignal): AsyncGenerator<Edit> {
  const editor = new Editor(plan, rollout.path);
  for await (const lines of readLineBlocks(rollout)) {
    if (signal) throwIfStopped(signal);
    for (const line of lines) {
      for (const piece of piecesOf(line, plan.survey.head.dialect)) yield* editor.take(piece);
    }
  }
}

class Editor {
  readonly #plan: RepairPlan;
  readonly #file: string;
  readonly #calls = new WaitingCalls();
  readonly #numbering: Numbering | null;
  #isFirst = true;

  constructor(plan: RepairPlan, file: string) {
    this.#plan = plan;
    this.#file = file;
    this.#numbering = plan.isNumbered ? new Numbering(plan.survey.head.base?.endOrdinal ?? 0) : null;
  }

  *take(piece: Piece): Generator<Edit> {
    switch (piece.kind) {
      case 'edit':
        if (piece.loses) this.#numbering?.lose(piece.loses);
        yield piece.edit;
        return;
      case 'unread':
        this.#isFirst = false;
        yield* this.#number(piece.at, ordinalInHead(piece.head));
        return;
      default: {
        const { at, decoded, record } = piece;
        if (!record) return;
        if (record.type !== 'session_meta' && this.#isFirst && this.#plan.makesMeta) yield this.#makeMeta(at, record);
        for (const payload of this.#calls.take(record)) yield this.#makeResult(at, record, payload);
        const isEnveloped = record.dialect === 'envelope' || record.dialect === 'paginated';
        const ordinal = [...this.#number(at, this.#numbering && isEnveloped ? ordinalOf(decoded) : null)];
        const isMeta = record.type === 'session_meta' && this.#isFirst;
        const meta = isMeta ? metaEdits(at, decoded, record, this.#plan.survey, this.#plan.facts) : [];
        this.#isFirst = false;
        yield* [...ordinal, ...meta].sort((a, b) => a.offset - b.offset);
      }
    }
  }

  *#number(at: LinePlace, place: OrdinalPlace | null): Generator<Edit> {
    if (!this.#numbering) return;
    if (!place) return this.#numbering.pass();
    const { ordinal, rule } = this.#numbering.number(place.ordinal);
    if (!rule) return;
    this.#expectUnnamed(place.ordinal);
    yield ordinalEdit(at, place, ordinal, rule);
  }

  /** A sub-agent's session_meta names the ordinal at which its own records begin. */
  #expectUnnamed(recorded: number | null): void {
    const named = this.#plan.survey.head.meta?.subagent_history_start_ordinal;
    if (recorded === null || typeof named !== 'number' || recorded > named) return;
    const message = `is not repaired: its session_meta names ordinal ${named}, which would become another one`;
    throw new Failure('refused', message, { file: this.#file });
  }

  #makeMeta(at: LinePlace, first: Record): Edit {
    const facts = this.#plan.facts as MetaFacts;
    const ordinal = this.#numbering?.insert('NO-META');
    this.#numbering?.pass();
    const text = newMetaText(facts, this.#plan.isNumbered);
    const time = first.timestamp ?? (facts.values.timestamp as string);
    return {
      ...{ offset: at.offset, length: 0, line: at.line, rule: 'NO-META' },
      added: first.dialect === 'bare' ? bareMeta(facts) : lineText(time, ordinal, 'session_meta', text),
      message: `a session_meta was made from ${sourcesOf(facts)}`,
    };
  }

  #makeResult(at: LinePlace, completed: Record, payload: string): Edit {
    const ordinal = this.#numbering?.insert('CALL-WITHOUT-RESULT');
    const { call_id: id } = JSON.parse(payload) as { call_id: string };
    const shown = JSON.stringify(id.length > LONGEST_SHOWN ? `${id.slice(0, LONGEST_SHOWN)}…` : id);
    return {
      ...{ offset: at.offset, length: 0, line: at.line, rule: 'CALL-WITHOUT-RESULT' },
      added: lineText(completed.timestamp ?? (formatTime(0) as string), ordinal, 'response_item', payload),
      message: `the call ${shown} got a result before the end of its turn that says that it was aborted`,
    };
  }
}

function lineText(time: string, ordinal: number | undefined, type: string, payload: string): string {
  const number = ordinal === undefined ? '' : `"ordinal":${ordinal},`;
  return `{"timestamp":${JSON.stringify(time)},${number}"type":"${type}","payload":${payload}}\n`;
}

/** As Codex up to 0.29 writes it. */
function bareMeta({ values, from }: MetaFacts): string {
  const { id, timestamp } = values;
  return `${JSON.stringify({ id, timestamp, instructions: null, sessions_repair: { synthetic: true, from } })}\n`;
}

const LONGEST_SHOWN = 60;
