import type { Reason, ReasonCode } from './plan.ts';

/** What a policy says of each session of a home: pure, from facts alone. */
export interface Policy {
  /** What a session has to pass to be selected; each says no or names what it was selected by. */
  tests: PolicyTest[];
  /** What stays of the selected. A session stays that one of them keeps. */
  keep: KeepRules;
  /** As many bytes as the sessions of the home may have together; the oldest of the others go until that is so. */
  maxTotal: number | null;
}

export interface PolicyTest {
  /** The option, for the reasons of what goes. */
  code: ReasonCode;
  /** Its value as it was given. */
  detail?: string;
  /** Who has to pass it for a sub-agent: itself, the session that it belongs to, or either of both. */
  asks: 'itself' | 'root' | 'either';
  /** Whether nothing was asked for by it: it is no reason to go. */
  isSilent?: true;
  passes(threadId: string): boolean;
}

export interface KeepRules {
  last?: number;
  /** Milliseconds before the newest of the selected sessions. */
  within?: number;
  daily?: number;
  weekly?: number;
  monthly?: number;
}

/** Sessions that one spawned the other; they are one to the rules that keep. */
export interface PolicyFamily {
  /** The sessions that no other has spawned; all of them, where they have spawned each other. */
  roots: string[];
  members: string[];
  /** When the youngest was last touched, milliseconds since the epoch; null where that is not known. */
  ageMs: number | null;
}

/** What a policy makes of a session. */
export interface Judgement {
  isSelected: boolean;
  /** Why it stays; empty when the policy lets it go. */
  kept: Reason[];
  /** What it was selected by. */
  selectedBy: Reason[];
}

/**
 * Judges every session. As in restic, the rules that keep look at the selected sessions only, and what none of them keeps goes. A
 * sub-agent is tested by the session that it belongs to where it has nothing to say itself, such as its name.
 */
export function judge(families: readonly PolicyFamily[], policy: Policy): Map<string, Judgement> {
  const judgements = new Map<string, Judgement>();
  const selected: PolicyFamily[] = [];
  for (const family of families) {
    const fits = family.members.map((member) => judgeOne(member, family, policy, judgements));
    if (fits.every(Boolean)) selected.push(family);
  }
  if (Object.keys(policy.keep).length === 0) return judgements;
  const kept = keptBy(policy.keep, selected);
  for (const { members } of families) {
    for (const member of members) {
      const judgement = judgements.get(member) as Judgement;
      if (!judgement.isSelected) continue;
      judgement.kept.push(...(kept.get(member) ?? []));
      judgement.selectedBy.push({ code: 'not-kept' });
    }
  }
  return judgements;
}

function judgeOne(
  member: string,
  family: PolicyFamily,
  { tests }: Policy,
  judgements: Map<string, Judgement>,
): boolean {
  const passes = ({ asks, passes }: PolicyTest) =>
    (asks !== 'root' && passes(member)) || (asks !== 'itself' && family.roots.every(passes));
  const isSelected = tests.every(passes);
  judgements.set(member, {
    isSelected,
    kept: isSelected ? [] : [{ code: 'not-selected' }],
    selectedBy: isSelected
      ? tests.flatMap(({ code, detail, isSilent }) =>
          isSilent ? [] : [{ code, ...(detail !== undefined && { detail }) }],
        )
      : [],
  });
  return isSelected;
}

/** By member, which of the rules keep its family. */
function keptBy(rules: KeepRules, families: readonly PolicyFamily[]): Map<string, Reason[]> {
  const newestFirst = families
    .filter((family): family is PolicyFamily & { ageMs: number } => family.ageMs !== null)
    .sort((a, b) => b.ageMs - a.ageMs || (nameOf(a) < nameOf(b) ? 1 : -1));
  const kept = new Map<string, Reason[]>();
  const keep = (code: ReasonCode, { members }: PolicyFamily) => {
    for (const member of members) kept.set(member, [...(kept.get(member) ?? []), { code }]);
  };
  for (const family of newestFirst.slice(0, rules.last ?? 0)) keep('keep-last', family);
  const newest = newestFirst[0]?.ageMs ?? 0;
  if (rules.within !== undefined) {
    for (const family of newestFirst) if (newest - family.ageMs <= rules.within) keep('keep-within', family);
  }
  for (const [code, count, bucketOf] of buckets(rules)) {
    const seen = new Set<string>();
    for (const family of newestFirst) {
      const bucket = bucketOf(new Date(family.ageMs));
      if (seen.has(bucket)) continue;
      if (seen.size === count) break;
      seen.add(bucket);
      keep(code, family);
    }
  }
  return kept;
}

function buckets(rules: KeepRules): [ReasonCode, number, (time: Date) => string][] {
  return [
    ['keep-daily', rules.daily ?? 0, dayOf],
    ['keep-weekly', rules.weekly ?? 0, weekOf],
    ['keep-monthly', rules.monthly ?? 0, (time) => time.toISOString().slice(0, -17)],
  ];
}

/** Days, weeks and months are those of UTC. */
function dayOf(time: Date): string {
  return time.toISOString().slice(0, -14);
}

/** The day of its Monday. */
function weekOf(time: Date): string {
  const monday = new Date(time);
  monday.setUTCDate(time.getUTCDate() - ((time.getUTCDay() + 6) % 7));
  return dayOf(monday);
}

function nameOf({ members }: PolicyFamily): string {
  return members.reduce((least, id) => (id < least ? id : least));
}
