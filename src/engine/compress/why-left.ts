import { existsSync } from 'node:fs';
import type { Clock } from '../../base/io.ts';
import { formatTime } from '../../base/time.ts';
import type { Home } from '../../store/home.ts';
import { createLiveProbe, IDLE_MS, usesLocks } from '../../store/live.ts';
import { describeHolder, describeProcess } from '../../store/lock-holders.ts';
import { findWriters } from '../../store/lock-writers.ts';
import { lockPath } from '../../store/locks.ts';
import type { KeptReason } from './compressed-row.ts';
import { readAge } from './read-age.ts';

/** What keeps sessions as they are, asked before and once more under their locks; one for a run. */
export class Vetoes {
  readonly #home: Home;
  readonly #clock: Clock;
  readonly #isLive: (threadId: string) => boolean | null;
  readonly #usesLocks: boolean;
  #writers: { seen: ReadonlyMap<string, number> | null; at: number } | null = null;

  constructor(home: Home, clock: Clock) {
    this.#home = home;
    this.#clock = clock;
    this.#isLive = createLiveProbe(home);
    this.#usesLocks = usesLocks(home);
  }

  /** @param paths of the files of a session whose lock this process does not have, oldest first */
  async before(threadId: string, paths: readonly string[]): Promise<KeptReason[]> {
    const reasons = await this.#both(threadId, paths, true);
    if (reasons[0]?.code === 'live' || this.#isLive(threadId) !== true) return reasons;
    return [{ code: 'live', detail: `${describeHolder(lockPath(this.#home, threadId))} has it open` }];
  }

  /** For one whose lock this process has: then nobody that takes locks has it open. */
  under(threadId: string, paths: readonly string[]): Promise<KeptReason[]> {
    return this.#both(threadId, paths, this.#usesLocks);
  }

  async #both(threadId: string, paths: readonly string[], isLatelyEnough: boolean): Promise<KeptReason[]> {
    const pid = this.#findWriters(isLatelyEnough)?.get(threadId);
    if (pid !== undefined) return [{ code: 'live', detail: `${describeProcess(pid)} has it open` }];
    const now = this.#clock.now();
    const touched = await readAge(paths);
    if (touched === null) {
      const gone = paths.find((path) => !existsSync(path));
      return [gone === undefined ? { code: 'unreadable' } : { code: 'changed', detail: `${gone} is gone` }];
    }
    if (touched > now) {
      const at = formatTime(touched);
      return [{ code: 'unknown-age', ...(at !== null && { detail: `its time lies in the future: ${at}` }) }];
    }
    if (now - touched < YOUNG_MS) return [{ code: 'young', detail: 'it was touched within the last hour' }];
    if (this.#usesLocks || now - touched >= IDLE_MS) return [];
    const detail = 'the Codex of this home takes no locks, and the session was not left alone for 7 days';
    return [{ code: 'maybe-live', detail }];
  }

  /**
   * Who has a rollout open for writing. Before the lock, and where everybody takes locks, it is enough to have seen it lately:
   * only an old Codex shows by nothing else, and looking at all processes takes as long as compressing a small session.
   */
  #findWriters(isLatelyEnough: boolean): ReadonlyMap<string, number> | null {
    const now = this.#clock.now();
    const isFresh = this.#writers !== null && isLatelyEnough && Math.abs(now - this.#writers.at) < FRESH_MS;
    if (!this.#writers || !isFresh) this.#writers = { seen: findWriters(this.#home), at: now };
    return this.#writers.seen;
  }
}

const YOUNG_MS = 3_600_000;
const FRESH_MS = 1000;
