import { validateEvent } from '../../format/event-schema.ts';
import { type ExportedKind, validateExported } from '../../format/export-schemas.ts';
import type { Verdict } from '../../format/judge.ts';
import type { Event } from '../../model/event.ts';
import { stringify, withText } from '../../model/verbatim.ts';

/** Holds what is written to its published schemas: by the text that is written of it. */
export class RecordCheck {
  /** How many did not fit, and the first of them in words. */
  invalid = 0;
  readonly faults: string[] = [];

  event(event: Event): void {
    const text = stringify(event);
    const verdict = validateEvent(JSON.parse(text));
    if (!verdict.ok) this.note(verdict, `event ${event.seq} of ${event.thread_id ?? 'a session without an id'}`);
    // It is asked for again by most formats.
    withText(event, text);
  }

  /** @param text JSON, as it is written; @param what it is, in words */
  record(kind: ExportedKind, text: string, what: string): void {
    const verdict = validateExported(kind, JSON.parse(text));
    if (!verdict.ok) this.note(verdict, what);
  }

  /** Takes down something that does not fit. @param what it is, in words */
  note(verdict: Verdict, what: string): void {
    const fault = verdict.ok ? undefined : verdict.errors[0];
    this.invalid++;
    if (this.faults.length >= MOST_TOLD) return;
    this.faults.push(`${what} does not fit its schema: ${fault?.pointer ?? ''} ${fault?.message ?? 'is wrong'}`);
  }
}

const MOST_TOLD = 10;
