import { basename } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { parseRolloutName } from '../../format/file-name.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import { listSeals } from '../../store/seals.ts';
import type { Catalog } from '../catalog.ts';
import type { Target } from '../resolve-session.ts';
import type { SealLog } from './read-log.ts';
import { resultOf, type VerifyResult } from './verify-result.ts';
import type { VerifySubject } from './verify-rollout.ts';

/** What is to be checked: a rollout, with its file where there is one. */
export type Found = Pick<VerifySubject, 'rolloutId' | 'entry'>;

/** Everything that is sealed, and everything that could be, by rollout id. */
export function allSubjects(catalog: Catalog, log: SealLog): Found[] {
  const files = [...catalog.threadIds].flatMap((threadId) => catalog.thread(threadId));
  const here = subjectsIn([...files, ...catalog.hidden.map(({ entry }) => entry)]);
  const known = new Set(here.map(({ rolloutId }) => rolloutId));
  const sealed = new Set([...listSeals(catalog.home), ...log.whole.rollouts.keys(), ...log.whole.lost.keys()]);
  const gone = [...sealed]
    .filter((rolloutId) => !known.has(rolloutId))
    .map((rolloutId) => ({ rolloutId, entry: null }));
  return [...here, ...gone].sort((a, b) => (a.rolloutId < b.rolloutId ? -1 : a.rolloutId > b.rolloutId ? 1 : 0));
}

/** The rollouts of what was named. A file is held against the seal of the rollout that its name tells. */
export function subjectsOf(catalog: Catalog, log: SealLog, target: Target): Found[] {
  if (target.kind === 'thread') {
    const here = threadSubjects(catalog, target.threadId);
    const gone = sealedOf(log, target.threadId).filter((id) => !here.some(({ rolloutId }) => rolloutId === id));
    return [...here, ...gone.map((rolloutId) => ({ rolloutId, entry: null }))];
  }
  if (target.isStdin) throw new Failure('usage', 'standard input holds the content of a session, which has no seal');
  const name = parseRolloutName(basename(target.path));
  if (!name) throw new Failure('usage', 'the name is not that of a rollout', { file: target.path });
  const { rolloutId, threadId } = name;
  return [{ rolloutId, entry: { path: target.path, threadId } }];
}

/** Whether an id is that of a sealed session of which no file is there any more. */
export function isGone(catalog: Catalog, log: SealLog, id: string): boolean {
  return catalog.thread(id).length === 0 && sealedOf(log, id).length > 0;
}

/** What stands where sessions are and cannot be one: links are not followed, so what is behind them is not sealed. */
export function obstacleResults({ obstacles }: Catalog): VerifyResult[] {
  return obstacles
    .filter(({ rule }) => rule !== 'UNREADABLE')
    .map(({ path, message }) => resultOf('UNSEALED', { subject: 'session', path, message }));
}

/** A file that another one of the same rollout hides is held against the same seal: one of them may be what was sealed. */
function threadSubjects(catalog: Catalog, threadId: string): Found[] {
  const hidden = catalog.hidden.map(({ entry }) => entry).filter((entry) => entry.threadId === threadId);
  return subjectsIn([...catalog.thread(threadId), ...hidden]);
}

function subjectsIn(entries: readonly RolloutEntry[]): Found[] {
  const byPath = new Map(entries.map((entry) => [entry.path, { rolloutId: entry.rolloutId, entry }]));
  return [...byPath.values()];
}

function sealedOf(log: SealLog, threadId: string): string[] {
  return [...log.whole.rollouts].filter(([, sealed]) => sealed.threadId === threadId).map(([rolloutId]) => rolloutId);
}
