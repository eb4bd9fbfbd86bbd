import { lstatSync } from 'node:fs';
import { Failure } from '../../base/failure.ts';
import type { Clock } from '../../base/io.ts';
import { codexDatabaseStamp } from '../../index/codex-db.ts';
import { readCodexMarks } from '../../index/codex-marks.ts';
import { identityOf, pathInHome } from '../../store/file-identity.ts';
import { IDLE_MS, usesLocks } from '../../store/live.ts';
import { findWriters } from '../../store/lock-writers.ts';
import { loadCatalog } from '../catalog.ts';
import { checkHolds } from '../holds/check-holds.ts';
import { buildGraph, type Graph, keepReferenced, referencesFrom } from './graph.ts';
import type { PlanSession, PrunePlan, Reason } from './plan.ts';
import { readFileFacts } from './read-file.ts';
import { filesByThread, refuseObstacles, type Survey, type ThreadFacts } from './survey.ts';
import { ageOf } from './vetoes.ts';

export interface RecheckOptions {
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Asks every veto again, right before sessions are moved and while the locks of their threads are held by this process. One for
 * each run of `prune`.
 */
export class Recheck {
  readonly #survey: Survey;
  readonly #graph: Graph;
  readonly #planned: string[];
  readonly #options: RecheckOptions;
  /** Path to what the file was when it was looked at last. */
  readonly #seen = new Map<string, string>();
  readonly #pinned = new Set<string>();
  #held: Map<string, string[]> | null = null;
  #stamp: string | null = null;
  #latestMs: number;

  constructor(survey: Survey, plan: PrunePlan, options: RecheckOptions) {
    this.#survey = survey;
    this.#graph = buildGraph(survey);
    this.#planned = plan.families.flat().map(({ thread_id }) => thread_id);
    this.#options = options;
    this.#latestMs = options.clock.now();
    for (const { files } of survey.threads.values()) {
      for (const { entry, identity, links } of files) this.#seen.set(entry.path, markOf(identity, links));
    }
  }

  /**
   * Which of these sessions must stay, and why; the others may be moved now. Whole families (`PrunePlan.families`) are to
   * be asked for together, and many at once are cheaper than one by one: the home is looked through once for each call.
   * What stays keeps what it needs: the answer is closed over the families.
   *
   * @param known what is known already to speak against some of them
   *
   * @throws Failure `refused` for what stops the whole run: holds or a file that cannot be read, a clock that was set back
   */
  async check(
    sessions: readonly PlanSession[],
    known: ReadonlyMap<string, readonly Reason[]> = new Map(),
  ): Promise<Map<string, Reason[]>> {
    this.#checkClock();
    const catalog = await loadCatalog(this.#survey.home);
    refuseObstacles(catalog);
    const files = filesByThread(catalog);
    await this.#lookForNews(files);
    await this.#readMarks();
    this.#held ??= await checkHolds(this.#survey.home, catalog, this.#planned, {
      now: this.#options.clock.now(),
      signal: this.#options.signal,
    });
    const writers = findWriters(this.#survey.home);
    const locking = usesLocks(this.#survey.home);
    const reasons = new Map<string, Reason[]>();
    for (const session of sessions) {
      const before = known.get(session.thread_id) ?? [];
      const found = [
        ...this.#changes(session, files),
        ...this.#use(session.thread_id, writers, locking),
        ...this.#marks(session.thread_id),
      ].filter(({ code }) => !before.some((reason) => reason.code === code));
      if (before.length + found.length > 0) reasons.set(session.thread_id, [...before, ...found]);
    }
    return this.#close(sessions, reasons, files);
  }

  #checkClock(): void {
    const now = this.#options.clock.now();
    if (now < this.#latestMs - BACK_MS) throw new Failure('refused', 'nothing more is pruned: the clock was set back');
    this.#latestMs = Math.max(this.#latestMs, now);
  }

  /** Reads what was made or written since, for what it refers to. */
  async #lookForNews(files: ReturnType<typeof filesByThread>): Promise<void> {
    for (const [threadId, entries] of files) {
      for (const entry of entries) {
        const stat = lstatSync(entry.path, { bigint: true, throwIfNoEntry: false });
        if (!stat) continue;
        const mark = markOf(identityOf('', stat), Number(stat.nlink));
        if (this.#seen.get(entry.path) === mark) continue;
        const facts = await readFileFacts(this.#survey.home, entry);
        if (!facts) continue;
        this.#seen.set(entry.path, mark);
        this.#held = null;
        for (const base of facts.bases) {
          for (const owner of [...(this.#survey.owners.get(base) ?? []), base]) this.#refer(threadId, owner, 'history');
        }
        if (facts.spawner !== null) this.#bind(facts.spawner, threadId);
      }
    }
  }

  async #readMarks(): Promise<void> {
    const stamp = codexDatabaseStamp(this.#survey.home.path);
    if (stamp === this.#stamp) return;
    const { pinned, spawners } = await readCodexMarks(this.#survey.home.path);
    this.#stamp = stamp;
    this.#pinned.clear();
    for (const id of pinned) this.#pinned.add(id);
    for (const [child, parents] of spawners) for (const parent of parents) this.#bind(parent, child);
  }

  #bind(spawner: string, child: string): void {
    this.#refer(child, spawner, 'spawned');
    this.#refer(spawner, child, 'parent');
  }

  #refer(from: string, to: string, how: 'history' | 'spawned' | 'parent'): void {
    if (from === to) return;
    const targets = this.#graph.needs.get(from) ?? new Map();
    this.#graph.needs.set(from, targets.set(to, (targets.get(to) ?? new Set()).add(how)));
  }

  #changes(session: PlanSession, files: ReturnType<typeof filesByThread>): Reason[] {
    const there = files.get(session.thread_id) ?? [];
    const found = there.map(({ path }) => pathInHome(this.#survey.home, path)).sort();
    const planned = session.files.map(({ path }) => path).sort();
    if (found.join('\0') !== planned.join('\0')) return [{ code: 'changed', detail: 'other files than planned' }];
    for (const { path } of there) {
      const stat = lstatSync(path, { bigint: true, throwIfNoEntry: false });
      const file = session.files.find((one) => one.path === pathInHome(this.#survey.home, path));
      if (!stat?.isFile() || !file || markOf(identityOf('', stat), 1) !== markOf(file, 1)) {
        return [{ code: 'changed', detail: pathInHome(this.#survey.home, path) }];
      }
      if (stat.nlink > 1n) return [{ code: 'hard-link', detail: pathInHome(this.#survey.home, path) }];
    }
    return [];
  }

  /** The lock tells of everybody who takes locks; the others show by the files that they write. */
  #use(threadId: string, writers: Map<string, number> | null, locking: boolean): Reason[] {
    if (writers?.has(threadId)) return [{ code: 'live' }];
    if (locking) return [];
    const age = ageOf(this.#survey.threads.get(threadId) as ThreadFacts, this.#options.clock.now());
    return typeof age === 'number' && age >= IDLE_MS ? [] : [{ code: 'maybe-live' }];
  }

  #marks(threadId: string): Reason[] {
    const holds = this.#held?.get(threadId) ?? [];
    return [
      ...(holds.length > 0 ? [{ code: 'held' as const, by: [...holds].sort() }] : []),
      ...(this.#pinned.has(threadId) ? [{ code: 'pinned' as const }] : []),
    ];
  }

  /** Keeps what is needed by those that stay, and by whatever is in the home and not among these. */
  #close(
    sessions: readonly PlanSession[],
    reasons: Map<string, Reason[]>,
    files: ReadonlyMap<string, unknown>,
  ): Map<string, Reason[]> {
    const asked = new Set(sessions.map(({ thread_id }) => thread_id));
    const going = new Set([...asked].filter((id) => !reasons.has(id)));
    const others = [...files.keys()].filter((id) => !asked.has(id));
    keepReferenced(going, [...others, ...reasons.keys()], this.#graph);
    const staying = [...others, ...[...asked].filter((id) => !going.has(id))];
    const references = referencesFrom(staying, this.#graph);
    return new Map(
      [...asked]
        .filter((id) => !going.has(id))
        .map((id) => [id, [...(reasons.get(id) ?? []), ...(references.get(id) ?? [])]]),
    );
  }
}

function markOf({ dev, ino, size, mtime_ns }: ReturnType<typeof identityOf>, links: number): string {
  return `${dev} ${ino} ${size} ${mtime_ns} ${links}`;
}

const BACK_MS = 3_600_000;
