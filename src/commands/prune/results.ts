import { exitCodes, worstExit } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { oneLine } from '../../base/safe-text.ts';
import { type PrunePlan, type Reason, refusals } from '../../engine/prune/plan.ts';
import type { PruneResult } from '../../engine/prune/prune-result.ts';
import type { PurgeReport } from '../../engine/purge/purge.ts';
import type { Printer } from '../../ui/printer.ts';
import { shortSize } from '../../ui/short-size.ts';
import { untilClosed } from '../frame/until-closed.ts';
import { describeExcess } from './describe-excess.ts';
import { describeReasons } from './describe-reasons.ts';
import { countedTitle } from './print-plan.ts';

/** Prints what becomes of each session, and sums it up. */
export class Results {
  readonly #printer: Printer;
  readonly #insistent: ReadonlySet<string>;
  readonly #beforeFirst: () => Promise<void>;
  readonly #whileRead = untilClosed();
  readonly #trashed = { tx: null as string | null, sessions: 0, bytes: 0 };
  /** What was moved and can come back: without a grace, all of it may be gone for good by the same run. */
  readonly #undoable = new Set<string>();
  readonly #purged = { sessions: 0, bytes: 0 };
  readonly #kept = new Map<string, number>();
  readonly #stayed = new Map<string, readonly Reason[]>();
  #plan: PrunePlan | null = null;
  #unwritten: { error: unknown } | null = null;
  #keptSessions = 0;
  #exits: number[] = [0];
  #report: PurgeReport | null = null;

  /** @param insistent ids of sessions whose staying is worth an exit code */
  constructor(printer: Printer, insistent: ReadonlySet<string>, beforeFirst: () => Promise<void>) {
    this.#printer = printer;
    this.#insistent = insistent;
    this.#beforeFirst = beforeFirst;
  }

  /** What a policy is going to do. */
  planned(plan: PrunePlan): void {
    this.#plan = plan;
  }

  async take(result: PruneResult): Promise<void> {
    const { tx, reasons, size_bytes } = result;
    if (result.result === 'trashed') {
      this.#trashed.tx = tx;
      this.#trashed.sessions++;
      this.#trashed.bytes += size_bytes;
      this.#undoable.add(result.thread_id);
    } else if (result.result === 'purged') {
      this.#purged.sessions++;
      this.#purged.bytes += size_bytes;
      this.#undoable.delete(result.thread_id);
    } else {
      this.#keptSessions++;
      this.#stayed.set(result.thread_id, reasons);
      for (const title of new Set(reasons.map(countedTitle))) this.#kept.set(title, (this.#kept.get(title) ?? 0) + 1);
      const isRefused = reasons.some(({ code }) => refusals.has(code)) || this.#insistent.has(result.thread_id);
      if (isRefused) this.#exits.push(exitCodes.refused);
    }
    try {
      await this.#whileRead(() => this.#print(result));
    } catch (error) {
      // A disk that is full where the output goes stops no more than a reader that has gone; it is said at the end.
      this.#unwritten ??= { error };
    }
  }

  end(report: PurgeReport | null): void {
    this.#report = report;
    if (report && report.left.length > 0) this.#exits.push(exitCodes.partial);
  }

  get exit(): number {
    return worstExit(...this.#exits);
  }

  /** @throws what kept the output from being written */
  async close(): Promise<void> {
    await this.#whileRead(() => this.#printer.close());
    if (this.#unwritten) throw this.#unwritten.error;
  }

  /** @param isWhole whether the run came to its end; of one that did not, nobody knows what was to be done */
  async summarise(io: Io, isQuiet: boolean, isWhole: boolean): Promise<void> {
    const { tx, sessions, bytes } = this.#trashed;
    const say = (text: string) => io.stderr.write(`sessions: ${text}\n`);
    const completed = this.#report?.completed.length ?? 0;
    const originals = this.#report?.originals ?? { count: 0, bytes: 0 };
    const isIdle = sessions + this.#purged.sessions + originals.count + completed === 0;
    if (tx !== null) {
      const undo = this.#undoable.size > 0 ? `; undo: sessions restore ${tx}` : '';
      await say(`${count(sessions)} (${shortSize(bytes)}) moved to the trash${undo}`);
    }
    const proof = this.#report?.tx ? `; proof: sessions prune --verify ${this.#report.tx}` : '';
    if (this.#purged.sessions > 0) {
      await say(`${count(this.#purged.sessions)} (${shortSize(this.#purged.bytes)}) removed for good${proof}`);
    }
    if (originals.count > 0) {
      const what = `${originals.count} ${originals.count === 1 ? 'original' : 'originals'} (${shortSize(originals.bytes)})`;
      const behind = this.#purged.sessions > 0 ? '' : proof;
      await say(`${what} of what compress or repair has made removed for good${behind}`);
    }
    for (const { tx: earlier, sessions: cleared } of this.#report?.completed ?? []) {
      await say(`nothing is left any more of ${count(cleared)} that an earlier purge has removed (${earlier})`);
    }
    for (const { thread_id, file, reason } of this.#report?.left ?? []) {
      await say(oneLine(`of session ${thread_id}, something is left in ${file}: ${reason}`));
    }
    if (isQuiet && isIdle && this.exit === 0) return;
    if (this.#keptSessions > 0) {
      const why = [...this.#kept].map(([title, number]) => `${title} (${number})`).join(', ');
      await say(`${count(this.#keptSessions)} chosen and kept: ${why}`);
    }
    if (!isWhole) return;
    const excess = this.#plan && describeExcess(this.#plan, this.#stayed);
    if (excess) await say(excess);
    else if (isIdle && !isQuiet && this.#keptSessions === 0) await say('nothing was to be done');
  }

  async #print(result: PruneResult): Promise<void> {
    const printer = this.#printer;
    if (printer.mode === 'json') return printer.record(result);
    if (printer.mode === 'ids') return result.result === 'kept' ? undefined : printer.id(result.thread_id);
    await this.#beforeFirst();
    const why = oneLine(describeReasons(result.reasons));
    await printer.text(
      `${result.result.padEnd(7)}  ${result.thread_id}  ${shortSize(result.size_bytes).padStart(5)}  ${why}\n`,
    );
  }
}

function count(sessions: number): string {
  return `${sessions} ${sessions === 1 ? 'session' : 'sessions'}`;
}
