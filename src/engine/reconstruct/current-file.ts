import { basename, dirname } from 'node:path';
import type { JsonObject } from '../../format/decode-line.ts';
import type { Record } from '../../format/record.ts';
import type { Problem } from '../problem.ts';

/** What the file that a thread is being written to says about whether it can be written on. */
export class CurrentFile {
  #path: string | null = null;
  #first: Record | null = null;
  #isLastNumbered = false;

  /** @param path where the records come from that are seen from now on */
  open(path: string): void {
    this.#path = path;
    this.#first = null;
  }

  see(record: Record): void {
    this.#first ??= record;
    this.#isLastNumbered = record.ordinal !== null;
  }

  /** A record that was passed over without being decoded. */
  pass(isNumbered: boolean): void {
    this.#isLastNumbered = isNumbered;
  }

  /**
   * Why the thread cannot be continued in this file; null when it can. Codex 0.169 refuses the same, each with an error of
   * its own.
   *
   * @param problems what was wrong when the thread was read
   */
  obstacle(problems: readonly Problem[]): string | null {
    const missing = problems.find(({ rule }) => missingHistory.has(rule));
    if (missing) return `history that it builds on is missing: ${missing.message}`;
    const damaged = problems.find(({ rule, file }) => file === this.#path && rule.startsWith('ZSTD-'));
    if (damaged) return `its file is damaged: ${damaged.message}`;
    if (!this.#first) return 'its file holds no record';
    if (this.#first.dialect === 'event') return 'it is a stream of events, not a session of its own';
    if (this.#first.dialect === 'bare')
      return 'its format, of Codex up to 0.29, cannot be continued; a fork converts it';
    return this.#metaObstacle(this.#first) ?? this.#placeObstacle();
  }

  #metaObstacle({ type, payload }: Record): string | null {
    if (type !== 'session_meta') return 'its first record is not the session_meta';
    const absent = required.find((key) => typeof payload[key] !== 'string');
    if (absent) return `its session_meta lacks ${absent}`;
    if (!isKnownMode(payload)) return `its history mode ${JSON.stringify(payload.history_mode)} is not known`;
    if (payload.history_mode === 'paginated' && !this.#isLastNumbered)
      return 'its last record lacks an ordinal; repair adds it';
    return null;
  }

  #placeObstacle(): string | null {
    const isArchived = this.#path !== null && basename(dirname(this.#path)) === 'archived_sessions';
    return isArchived ? 'it is archived; unarchive it first' : null;
  }
}

const missingHistory = new Set(['DANGLING', 'CYCLE', 'UNREADABLE']);

/** Without any one of them Codex fails to read the session. */
const required = ['id', 'timestamp', 'cwd', 'originator', 'cli_version'];

function isKnownMode({ history_mode: mode }: JsonObject): boolean {
  return mode === undefined || mode === null || mode === 'legacy' || mode === 'paginated';
}
