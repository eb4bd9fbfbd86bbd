import { lstatSync } from 'node:fs';
import { dirname } from 'node:path';
import { Failure } from '../base/failure.ts';
import type { Clock } from '../base/io.ts';
import { parseTime } from '../base/time.ts';
import { type CodexEdit, openCodexEdit } from '../index/codex-edit.ts';
import { moveFile, syncFolder } from '../store/archive-files.ts';
import type { RolloutEntry } from '../store/discover.ts';
import { IDLE_MS, usesLocks } from '../store/live.ts';
import { describeProcess } from '../store/lock-holders.ts';
import { findWriters } from '../store/lock-writers.ts';
import { lockThreads } from '../store/locks.ts';
import { planMove, type ThreadMove } from './archive-plan.ts';
import { type Catalog, loadCatalog } from './catalog.ts';
import { lastRecordTime } from './last-record-time.ts';
import { familyOf } from './spawned.ts';

/** Moves sessions into the archive or out of it; one for all the sessions of a command. */
export class Archiving {
  readonly #archived: boolean;
  readonly #context: ArchivingContext;
  readonly #codex: CodexEdit | null;
  #catalog: Catalog;
  #isFresh = false;

  /** @throws Failure `refused` when Codex's database cannot be told of a move */
  constructor(catalog: Catalog, archived: boolean, context: ArchivingContext) {
    this.#catalog = catalog;
    this.#archived = archived;
    this.#context = context;
    this.#codex = openDatabase(catalog.home.path, archived);
  }

  /**
   * Moves a session with the sub-agents that it spawned, and tells Codex's database. All of its files move or none; when the
   * program is killed meanwhile, each is in one of both places, and a second run does the rest.
   *
   * @param only moves none but these of them, for whoever takes an earlier move back
   * @throws Failure `busy` while somebody has one of them open; `refused` when that cannot be known
   */
  async move(threadId: string, only?: readonly string[]): Promise<MoveResult> {
    for (let attempt = 1; ; attempt++) {
      const moves = this.#plan(threadId, only);
      // Codex names a file that the search did not find: it was made since.
      if (!this.#isFresh && moves.some(({ row }) => row?.isKnown === false)) {
        await this.#search();
        continue;
      }
      const pending = moves.filter((move) => !this.#isDone(move)).map((move) => move.threadId);
      const result = { all: moves.map(toMoved), moved: pending };
      if (pending.length === 0) return result;
      const locks = await lockThreads(
        this.#catalog.home,
        moves.map((move) => move.threadId),
        this.#context,
      );
      try {
        if (moves.every((move) => this.#isUnchanged(move))) {
          await this.#checkUse(moves);
          this.#apply(moves);
          this.#isFresh = false;
          return result;
        }
      } finally {
        await locks.release();
      }
      if (attempt === MOST_ATTEMPTS) throw new Failure('busy', `session ${threadId} changes all the time`);
      await this.#search();
    }
  }

  close(): void {
    this.#codex?.close();
  }

  async #search(): Promise<void> {
    this.#catalog = await loadCatalog(this.#catalog.home);
    this.#isFresh = true;
  }

  #plan(threadId: string, only?: readonly string[]): ThreadMove[] {
    const { spawned } = this.#context;
    const family = familyOf(threadId, (id) => [...(spawned.get(id) ?? []), ...(this.#codex?.children(id) ?? [])]);
    const wanted = only === undefined ? family : family.filter((id) => only.includes(id));
    const here = wanted.filter((id) => this.#catalog.thread(id).length > 0);
    if (this.#catalog.thread(threadId).length === 0) throw new Failure('usage', `session ${threadId} is gone`);
    return here.map((id) => planMove(this.#catalog, id, this.#archived, this.#codex?.thread(id) ?? null));
  }

  #isDone({ files, row }: ThreadMove): boolean {
    return files.length === 0 && (row === null || !row.differs);
  }

  /** Whether what was planned before the lock was taken still holds. */
  #isUnchanged({ threadId, files, row }: ThreadMove): boolean {
    const now = this.#codex?.thread(threadId)?.rolloutPath ?? null;
    return files.every(({ from }) => isFile(from)) && now === (row?.from ?? null);
  }

  /** A Codex that takes no locks shows by the files that it writes; who cannot be seen has been gone for a week. */
  async #checkUse(moves: ThreadMove[]): Promise<void> {
    const { home } = this.#catalog;
    const writers = findWriters(home);
    for (const { threadId } of moves) {
      const pid = writers?.get(threadId);
      if (pid !== undefined) throw new Failure('busy', `${describeProcess(pid)} has session ${threadId} open`);
    }
    if (usesLocks(home)) return;
    for (const { threadId } of moves) {
      if (await isLongIdle(this.#catalog.thread(threadId), this.#context.clock.now())) continue;
      throw new Failure('refused', `it cannot be known whether session ${threadId} is open`, {
        hint: 'the Codex of this home takes no locks; such a session is moved when it was left alone for 7 days',
      });
    }
  }

  #apply(moves: ThreadMove[]): void {
    const codex = this.#codex;
    if (!codex) {
      moveAll(this.#catalog, moves);
      return;
    }
    const archivedAt = this.#archived ? Math.floor(this.#context.clock.now() / 1000) : null;
    codex.transaction(() => {
      for (const { threadId, row } of moves) if (row?.differs) codex.place(threadId, row.to, archivedAt);
      moveAll(this.#catalog, moves);
    });
  }
}

export interface ArchivingContext {
  clock: Clock;
  signal: AbortSignal;
  /** From `findSpawned`. */
  spawned: ReadonlyMap<string, readonly string[]>;
}

export interface MoveResult {
  /** The session and what it spawned, wherever they were before. */
  all: Moved[];
  /** The ids of those that were not there yet. */
  moved: string[];
}

/** Schema: `schemas/moved.schema.json`. */
export interface Moved {
  schema: 'sessions.moved/1';
  thread_id: string;
  path: string;
  archived: boolean;
}

function toMoved({ threadId, path, archived }: ThreadMove): Moved {
  return { schema: 'sessions.moved/1', thread_id: threadId, path, archived };
}

function openDatabase(home: string, archived: boolean): CodexEdit | null {
  try {
    return openCodexEdit(home);
  } catch (error) {
    if (!(error instanceof Failure) || error.kind !== 'refused') throw error;
    // Moved behind its back, Codex would not find the session at its old place, nor look for another.
    const verb = archived ? 'archive' : 'unarchive';
    const hint = `codex ${verb} ID moves a session and tells the database; so does a newer version of sessions`;
    throw new Failure('refused', error.message, { file: error.place.file, cause: error, hint });
  }
}

/** All or nothing, but for a kill. */
function moveAll({ home }: Catalog, moves: ThreadMove[]): void {
  const done: { from: string; to: string }[] = [];
  try {
    for (const file of moves.flatMap(({ files }) => files)) {
      moveFile(home, file.from, file.to);
      done.push(file);
    }
  } catch (error) {
    for (const { from, to } of done.reverse()) moveFile(home, to, from);
    throw error;
  }
  for (const folder of new Set(done.flatMap(({ from, to }) => [dirname(from), dirname(to)]))) syncFolder(folder);
}

async function isLongIdle(files: RolloutEntry[], now: number): Promise<boolean> {
  for (const { path } of files) {
    const recorded = await lastRecordTime(path);
    const times = [lstatSync(path).mtimeMs, recorded === null ? null : parseTime(recorded)];
    // A time in the future tells nothing.
    if (times.some((time) => time === null || time > now - IDLE_MS)) return false;
  }
  return true;
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

const MOST_ATTEMPTS = 3;
