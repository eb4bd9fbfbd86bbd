import type { Finding } from '../../model/finding.ts';
import type { Report } from './check.ts';
import { severityOf } from './rule-table.ts';

/** Gathers what the checks of one file report, until it is taken away. */
export class Findings {
  threadId: string | null;
  readonly #file: string | null;
  #pending: Finding[] = [];

  constructor(file: string | null, threadId: string | null) {
    this.#file = file;
    this.threadId = threadId;
  }

  readonly report: Report = (rule, place, message, details = {}) => {
    this.#pending.push({
      schema: 'sessions.finding/1',
      rule,
      severity: details.severity ?? severityOf(rule),
      thread_id: this.threadId,
      file: this.#file,
      line: place.line,
      offset: place.offset,
      pointer: details.pointer ?? null,
      message,
    });
  };

  get isEmpty(): boolean {
    return this.#pending.length === 0;
  }

  /** What was found since the last time. */
  take(): Finding[] {
    const taken = this.#pending;
    this.#pending = [];
    return taken;
  }
}
