import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { formatTime } from '../../base/time.ts';
import { discoverRollouts } from '../../store/discover.ts';
import type { Home } from '../../store/home.ts';
import { lastJournalTime } from '../../store/journal-read.ts';

/** The traces of time in a home, milliseconds since the epoch. */
export interface TimeTraces {
  /** The newest of what nobody but the programs themselves writes; null where there is nothing of that. */
  highWaterMs: number | null;
  /** When each session was last touched. */
  sessions: readonly number[];
}

/**
 * Refuses to judge ages by a clock that cannot be right.
 *
 * @param allowsMass whether the user has said that much may go; a home that was left alone for a year is no fault then
 * @throws Failure `refused`
 */
export function checkClock(now: number, { highWaterMs, sessions }: TimeTraces, allowsMass: boolean): void {
  if (highWaterMs !== null && now < highWaterMs - BACK_MS) {
    throw refusal(
      `the clock says ${show(now)}, and this home was in use at ${show(highWaterMs)}`,
      'set the clock right',
    );
  }
  const future = sessions.filter((ms) => ms > now).length;
  if (future * 2 > sessions.length) {
    throw refusal(
      `${future} of ${sessions.length} sessions are newer than the clock, which says ${show(now)}`,
      'set the clock right',
    );
  }
  let newest = highWaterMs ?? Number.NEGATIVE_INFINITY;
  for (const ms of sessions) newest = Math.max(newest, ms);
  if (!allowsMass && Number.isFinite(newest) && now - newest > FORWARD_MS) {
    throw refusal(
      `the clock says ${show(now)}, and nothing has happened in this home since ${show(newest)}`,
      'set the clock right; if it is, --allow-mass N says how many sessions may go',
    );
  }
}

/**
 * When this home was last in use for certain: the last entry of the journal, and the times of Codex's databases.
 *
 * @param lastMs the time of that entry, where it is known
 *
 * @throws Failure `refused` for a damaged journal
 */
export function highWaterOf(home: Home, lastMs: number | null = lastJournalTime(home)): number | null {
  const times = readdirSync(home.path).flatMap((name) => {
    const stat = databases.test(name) ? lstatSync(join(home.path, name), { throwIfNoEntry: false }) : undefined;
    return stat?.isFile() ? [stat.mtimeMs] : [];
  });
  if (lastMs !== null) times.push(lastMs);
  return times.length === 0 ? null : Math.max(...times);
}

/**
 * The same before the trash is emptied: what is past its grace is told by the clock, too.
 *
 * @throws Failure `refused`
 */
export function checkPurgeClock(home: Home, now: number, lastMs: number | null, allowsMass: boolean): void {
  const sessions: number[] = [];
  for (const found of discoverRollouts(home)) {
    const stat = lstatSync(found.path, { throwIfNoEntry: false });
    if (found.kind === 'rollout' && stat) sessions.push(stat.mtimeMs);
  }
  checkClock(now, { highWaterMs: highWaterOf(home, lastMs), sessions }, allowsMass);
}

function show(ms: number): string {
  return formatTime(Math.floor(ms)) ?? 'a time beyond the calendar';
}

function refusal(reason: string, hint: string): Failure {
  return new Failure('refused', `nothing is pruned: ${reason}`, { hint });
}

const databases = /^[a-z_]+_\d+\.sqlite(?:-wal)?$/;
const BACK_MS = 3_600_000;
const FORWARD_MS = 366 * 86_400_000;
