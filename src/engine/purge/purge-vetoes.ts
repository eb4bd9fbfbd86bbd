import { join } from 'node:path';
import { parseRolloutName } from '../../format/file-name.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import type { Home } from '../../store/home.ts';
import { createLiveProbe } from '../../store/live.ts';
import { checkHolds } from '../holds/check-holds.ts';
import type { Reason } from '../prune/plan.ts';
import { readFileFacts } from '../prune/read-file.ts';
import { type Survey, surveyHome } from '../prune/survey.ts';
import type { TrashItem } from '../trash/read-trash.ts';
import { isAsNoted } from './purge-facts.ts';
import { rolloutIdsOf } from './rollout-ids.ts';

/**
 * What speaks against removing these things from the trash for good, by thing; nothing of it is overridden by any option.
 *
 * @param due what is past its grace
 * @param all everything in the trash
 *
 * @throws Failure `refused` where it cannot be known what is held or referred to
 */
export async function findPurgeVetoes(
  home: Home,
  due: readonly TrashItem[],
  all: readonly TrashItem[],
  options: { now: number; signal: AbortSignal },
): Promise<Map<TrashItem, Reason[]>> {
  const vetoes = new Map<TrashItem, Reason[]>();
  const veto = (item: TrashItem, reason: Reason) => vetoes.set(item, [...(vetoes.get(item) ?? []), reason]);
  if (due.length === 0) return vetoes;
  const survey = await surveyHome(home, { ...options, needsRows: false });
  const held = await checkHolds(home, survey.catalog, new Set(due.map(({ threadId }) => threadId)), options);
  const probe = createLiveProbe(home);
  for (const item of due) {
    const by = held.get(item.threadId);
    if (by) veto(item, { code: 'held', by });
    for (const file of item.files) {
      if (await isAsNoted(home, file, options.signal)) continue;
      veto(item, { code: 'changed', detail: file.place });
      break;
    }
    if (item.kind !== 'prune') continue;
    const present = survey.threads.get(item.threadId)?.files[0]?.identity.path;
    if (present !== undefined) veto(item, { code: 'twice', detail: `it is in the home again: ${present}` });
    else if (probe(item.threadId) === true) veto(item, { code: 'live' });
    const other = all.find((one) => one.threadId === item.threadId && one.kind === 'prune' && !due.includes(one));
    if (other) veto(item, { code: 'twice', detail: `it is in the trash a second time: ${other.tx}` });
  }
  await vetoReferenced(home, survey, due, all, vetoes);
  return vetoes;
}

/** Whoever stays keeps what its history goes through, and the sub-agents and the parent of a session that is there. */
async function vetoReferenced(
  home: Home,
  survey: Survey,
  due: readonly TrashItem[],
  all: readonly TrashItem[],
  vetoes: Map<TrashItem, Reason[]>,
): Promise<void> {
  const going = new Set(due.filter((item) => item.kind === 'prune' && !vetoes.has(item)));
  const keep = (needs: Needs) => {
    const kept: TrashItem[] = [];
    for (const item of going) {
      const how = howNeeded(needs, item);
      if (!how) continue;
      going.delete(item);
      kept.push(item);
      vetoes.set(item, [...(vetoes.get(item) ?? []), { code: 'referenced', how, by: [needs.threadId] }]);
    }
    return kept;
  };
  for (const { threadId, files, spawners } of survey.threads.values()) {
    keep({ threadId, bases: files.flatMap(({ bases }) => bases), spawners });
  }
  const queue = all.filter((item) => item.kind === 'prune' && !going.has(item));
  for (let item = queue.pop(); item; item = queue.pop()) queue.push(...keep(await needsOf(home, item)));
}

interface Needs {
  threadId: string;
  bases: readonly string[];
  spawners: readonly string[];
}

function howNeeded({ threadId, bases, spawners }: Needs, item: TrashItem): 'history' | 'parent' | null {
  if (threadId === item.threadId) return null;
  const ids = new Set([item.threadId, ...rolloutIdsOf(item.files)]);
  if (bases.some((base) => ids.has(base))) return 'history';
  return spawners.includes(item.threadId) ? 'parent' : null;
}

async function needsOf(home: Home, item: TrashItem): Promise<Needs> {
  const bases: string[] = [];
  const spawners: string[] = [];
  for (const file of item.files) {
    const entry = entryOf(home, file.place);
    const facts = entry ? await readFileFacts(home, entry) : null;
    bases.push(...(facts?.bases ?? []));
    if (facts?.spawner) spawners.push(facts.spawner);
  }
  return { threadId: item.threadId, bases, spawners };
}

function entryOf(home: Home, place: string): RolloutEntry | null {
  const name = place.slice(place.lastIndexOf('/') + 1);
  const parsed = parseRolloutName(name);
  return parsed && { kind: 'rollout', path: join(home.path, place), name, archived: false, ...parsed };
}
