import type { LossCount } from './encoder.ts';
import { LossCounter } from './loss-counter.ts';
import { lossLine } from './manifest.ts';
import type { RecordCheck } from './record-check.ts';
import type { Sink } from './sink.ts';

/** Gathers what the format could not carry: each session's losses go into a report, where one is wanted, and are added up. */
export class LossLog {
  readonly #format: string;
  readonly #report: Sink | null;
  readonly #check: RecordCheck | null;
  readonly #totals = new LossCounter();

  constructor(format: string, report: Sink | null, check: RecordCheck | null) {
    this.#format = format;
    this.#report = report;
    this.#check = check;
  }

  async add(threadId: string | null, losses: readonly LossCount[]): Promise<void> {
    for (const loss of losses) {
      this.#totals.add(loss.kind, loss.effect, loss.count);
      await this.#report?.add(lossLine(this.#format, threadId, loss, this.#check));
    }
  }

  /** Of all sessions. */
  totals(): LossCount[] {
    return this.#totals.counts();
  }
}
