import type { PruneRequest } from '../../src/engine/prune/policy-of.ts';
import { type Made, type MadeHome, now } from './prune-homes.ts';

/*
 * What `prune` has to decide, worked out from what the test made and by other means than the program: relations are matrices,
 * closures are repeated until nothing changes, ranks are counted.
 */

/** Reasons as texts, by session; or that nothing may be decided at all. */
export type Verdict = 'refused' | { goes: Set<string>; reasons: Map<string, string[]> };

const hour = 3_600_000;
const day = 24 * hour;

export function judgeHome(home: MadeHome, request: PruneRequest, allowMass: boolean, removed: Set<string>): Verdict {
  if (home.obstacle !== null || isClockWrong(home, allowMass)) return 'refused';
  const { sessions } = home;
  const needs = sessions.map((one) => sessions.map((other) => needsOf(one, other, sessions)));
  const stays = sessions.map((one) => [...keptByPolicy(one, home, request), ...vetoes(one, home)]);
  let kept = closeUp(
    stays.map((reasons) => reasons.length > 0),
    needs,
  );
  if (request.maxTotal !== null) {
    checkTotal(sessions, kept, needs, request.maxTotal, removed);
    for (const [index, { id }] of sessions.entries()) {
      if (kept[index] || removed.has(id)) continue;
      (stays[index] as string[]).push('max-total');
    }
    kept = closeUp(
      stays.map((reasons) => reasons.length > 0),
      needs,
    );
  }
  const reasons = new Map<string, string[]>();
  for (const [index, { id }] of sessions.entries()) {
    if (!kept[index]) continue;
    const found = [...(stays[index] as string[])];
    for (const how of ['history', 'spawned', 'parent']) {
      const by = sessions
        .filter((_, at) => kept[at] && (needs[at] as string[][])[index]?.includes(how))
        .map((one) => one.id);
      if (by.length > 0) found.push(`referenced ${how} ${by.sort().join(' ')}`);
    }
    reasons.set(id, found.sort());
  }
  return { goes: new Set(sessions.filter((_, index) => !kept[index]).map(({ id }) => id)), reasons };
}

/** A matrix of what must stay because of what stays. */
function closeUp(start: boolean[], needs: string[][][]): boolean[] {
  const kept = [...start];
  for (let changes = true; changes; ) {
    changes = false;
    for (const [from, row] of needs.entries()) {
      for (const [to, how] of row.entries()) {
        if (!kept[from] || kept[to] || how.length === 0) continue;
        kept[to] = true;
        changes = true;
      }
    }
  }
  return kept;
}

/** How `one` needs `other`. */
function needsOf(one: Made, other: Made, all: readonly Made[]): string[] {
  if (one === other) return [];
  const how: string[] = [];
  const bases = one.files.map(({ base }) => base);
  if (bases.some((base) => base === other.id || other.files.some(({ rolloutId }) => rolloutId === base)))
    how.push('history');
  if (one.spawnedBy.includes(other.id)) how.push('spawned');
  if (other.spawnedBy.includes(one.id)) how.push('parent');
  return all.includes(other) ? how : [];
}

function ageAt({ recorded, touched }: Made): number {
  return [...recorded, ...touched].reduce((a, b) => (a > b ? a : b));
}

function age(one: Made): number | null {
  return one.isAmbiguous || ageAt(one) > now ? null : now - ageAt(one);
}

function vetoes(one: Made, home: MadeHome): string[] {
  const reasons: string[] = [];
  const old = age(one);
  if (one.isAmbiguous) reasons.push('unknown-age');
  if (ageAt(one) > now) reasons.push('future-clock');
  if (old !== null && old < hour) reasons.push('young');
  if (one.locked) reasons.push('live');
  if (!home.locks && (old === null || old < 7 * day)) reasons.push('maybe-live');
  const held = holdsOn(one, home);
  if (held.length > 0) reasons.push(`held ${held.join(' ')}`);
  if (one.pinned) reasons.push('pinned');
  if (one.hardLinked) reasons.push('hard-link');
  if (one.claims !== null) reasons.push('id-mismatch');
  if (one.hasTwin || home.sessions.some(({ claims }) => claims === one.id)) reasons.push('duplicate-id');
  return reasons;
}

/** The holds on a session, and on whatever comes from it. */
function holdsOn(one: Made, home: MadeHome): string[] {
  const covered = new Set([one]);
  for (let size = 0; size !== covered.size; ) {
    size = covered.size;
    for (const other of home.sessions) {
      // What calls itself another session may have been copied from it.
      const origins = [...other.comesFrom, other.claims, ...other.files.map(({ base }) => base)];
      const comesFrom = [...covered].some(
        (from) => origins.includes(from.id) || from.files.some(({ rolloutId }) => origins.includes(rolloutId)),
      );
      if (comesFrom) covered.add(other);
    }
  }
  const named = [...covered].flatMap(({ holds }) => holds);
  const byQuery = home.queryHolds.filter(({ cwd }) =>
    [...covered].some((other) => other.cwd === cwd || other.hidesCwd),
  );
  return [...new Set([...named, ...byQuery.map(({ id }) => id)])].sort();
}

/** Those that have spawned each other, through any number of others. */
function familyOf(one: Made, { sessions }: MadeHome): Made[] {
  let family = [one];
  for (let size = 0; size !== family.length; ) {
    size = family.length;
    const has = (id: string) => family.some((member) => member.id === id);
    family = sessions.filter(
      (other) => has(other.id) || other.spawnedBy.some(has) || family.some((m) => m.spawnedBy.includes(other.id)),
    );
  }
  return family;
}

function isSelected(one: Made, home: MadeHome, { selectors, named, isEmpty, isDamaged }: PruneRequest): boolean {
  const family = familyOf(one, home);
  const rootless = family.filter((member) => member.spawnedBy.length === 0);
  const roots = rootless.length > 0 ? rootless : family;
  const old = age(one);
  if (named && !named.has(one.id) && !roots.every(({ id }) => named.has(id))) return false;
  if (selectors.olderThan !== undefined && !(old !== null && old >= selectors.olderThan)) return false;
  if (selectors.newerThan !== undefined && !(old !== null && old < selectors.newerThan)) return false;
  const times = one.recorded.length > 0 ? one.recorded : one.touched;
  const updated = Math.max(...times);
  if (selectors.since !== undefined && updated < selectors.since) return false;
  if (selectors.until !== undefined && updated >= selectors.until) return false;
  if (selectors.cwd !== undefined && !roots.every(({ cwd }) => cwd === selectors.cwd)) return false;
  if (selectors.name !== undefined && !roots.every(({ name }) => name?.startsWith('tmp'))) return false;
  if (isEmpty && (one.turns > 0 || isBroken(one, home))) return false;
  if (isDamaged && !isBroken(one, home)) return false;
  if (selectors.archived === 'only') return one.archived;
  return !one.archived || selectors.archived === 'added' || named !== null;
}

/** Damaged lines, or a history that leads nowhere or back to itself. */
function isBroken(one: Made, { sessions }: MadeHome): boolean {
  if (one.isDamaged) return true;
  const files = new Map(sessions.flatMap((session) => session.files.map((file) => [file.rolloutId, file])));
  return one.files.some(({ rolloutId, base }) => {
    const seen = [rolloutId];
    for (let next = base; next !== null; next = files.get(next)?.base ?? null) {
      if (!files.has(next) || seen.includes(next)) return true;
      seen.push(next);
    }
    return false;
  });
}

function keptByPolicy(one: Made, home: MadeHome, request: PruneRequest): string[] {
  if (!isSelected(one, home, request)) return ['not-selected'];
  const families = home.sessions
    .map((session) => familyOf(session, home))
    .filter((family, index, all) => all.findIndex((other) => other[0] === family[0]) === index)
    .filter((family) => family.every((member) => isSelected(member, home, request) && age(member) !== null));
  const own = families.find((family) => family.includes(one));
  if (!own) return [];
  const newest = (family: Made[]) => Math.max(...family.map(ageAt));
  const newer = families.filter((family) => newest(family) > newest(own));
  const { last, within, daily, weekly, monthly } = request.keep;
  const reasons: string[] = [];
  if (last !== undefined && newer.length < last) reasons.push('keep-last');
  if (within !== undefined && Math.max(...families.map(newest)) - newest(own) <= within) reasons.push('keep-within');
  const buckets: [string, number | undefined, (ms: number) => number][] = [
    ['keep-daily', daily, (ms) => Math.floor(ms / day)],
    // The first day of the epoch was a Thursday.
    ['keep-weekly', weekly, (ms) => Math.floor((Math.floor(ms / day) + 3) / 7)],
    ['keep-monthly', monthly, (ms) => new Date(ms).getUTCFullYear() * 12 + new Date(ms).getUTCMonth()],
  ];
  for (const [code, count, bucketOf] of buckets) {
    if (count === undefined) continue;
    const own_ = bucketOf(newest(own));
    const isLast = newer.every((family) => bucketOf(newest(family)) !== own_);
    if (isLast && new Set(newer.map((family) => bucketOf(newest(family)))).size < count) reasons.push(code);
  }
  return reasons;
}

/** What may be said of the right choice, without making one. */
function checkTotal(all: Made[], kept: boolean[], needs: string[][][], limit: number, removed: Set<string>): void {
  const free = all.flatMap((_, index) => (kept[index] ? [] : [index]));
  const size = (index: number) => (all[index] as Made).files.reduce((sum, { bytes }) => sum + bytes, 0);
  const keyOf = (index: number) => {
    const above = closeUp(
      all.map((_, at) => at === index),
      transposed(needs),
    );
    return Math.max(...all.flatMap((one, at) => (above[at] ? [ageAt(one)] : [])));
  };
  const gone = free.filter((index) => removed.has((all[index] as Made).id));
  const left = free.filter((index) => !gone.includes(index));
  const total = all.reduce((sum, _, index) => sum + size(index), 0);
  const after = (some: number[]) => total - some.reduce((sum, index) => sum + size(index), 0);
  const fail = (what: string) => {
    throw new Error(`--max-total: ${what}`);
  };
  if (left.length > 0 && after(gone) > limit) fail('what remains does not fit');
  const youngest = Math.max(...gone.map(keyOf));
  if (left.some((index) => keyOf(index) < youngest)) fail('an older one stays');
  if (gone.length > 0 && after(gone.filter((index) => keyOf(index) < youngest)) <= limit) fail('more than needed goes');
}

function transposed(needs: string[][][]): string[][][] {
  return needs.map((_, from) => needs.map((row) => row[from] as string[]));
}

function isClockWrong({ sessions, databaseMs }: MadeHome, allowMass: boolean): boolean {
  if (databaseMs !== null && databaseMs - now > hour) return true;
  const ahead = sessions.filter((one) => ageAt(one) > now).length;
  if (ahead > sessions.length / 2) return true;
  const newest = Math.max(databaseMs ?? 0, ...sessions.map(ageAt));
  return !allowMass && now - newest > 366 * day;
}
