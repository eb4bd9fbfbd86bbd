import type { Actor } from '../../base/actor.ts';
import type { FileIdentity } from '../../store/file-identity.ts';
import type { Home } from '../../store/home.ts';
import { statIn, syncFoldersOf, unlinkIn } from '../../store/home-acts.ts';
import type { ThreadTrail } from '../../store/id-search.ts';
import type { Journal } from '../../store/journal.ts';
import type { PurgedFile, PurgeIntent } from '../../store/journal-entry.ts';
import type { LockWait } from '../../store/lock-file.ts';
import { placeInTrash } from '../../store/trash-place.ts';
import { trimManifest } from '../trash/trim-manifest.ts';
import type { Unfinished } from '../trash/unfinished.ts';
import { concludePurge } from './receipt.ts';
import { rolloutIdsOf } from './rollout-ids.ts';
import { writeTombstone } from './tombstone.ts';
import { clearTraces, type LeftTrace } from './traces.ts';

/** Removes what Codex and this program know of sessions whose files are gone, and says what is left. */
export type ClearTraces = (home: Home, threads: readonly ThreadTrail[], wait: LockWait) => Promise<LeftTrace[]>;

/** What became of one session, or of what another file has replaced. */
export interface Purged {
  intent: PurgeIntent;
  /** The files that are gone; empty when they were written to since, and stay. */
  files: PurgedFile[];
  left: LeftTrace[];
}

/**
 * Does what purge intents say that are on the disk: unlinks, clears, leaves a tombstone, records. Whatever of it was done
 * before is not done again, so after a kill the same intents bring it to its end.
 */
export async function carryOut(
  home: Home,
  intents: readonly PurgeIntent[],
  journal: Journal,
  options: { wait: LockWait; clear?: ClearTraces | undefined },
): Promise<Purged[]> {
  const outcomes = intents.map((intent): Purged => ({ intent, files: unlinkAll(home, intent), left: [] }));
  syncFoldersOf(
    home,
    intents.flatMap((intent) => placesOf(intent)),
  );
  const gone = outcomes.filter(({ intent, files }) => intent.kind === 'prune' && files.length === intent.files.length);
  const trails = gone.map(({ intent }) => ({ threadId: intent.thread_id, rolloutIds: rolloutIdsOf(intent.files) }));
  const left = trails.length > 0 ? await (options.clear ?? clearTraces)(home, trails, options.wait) : [];
  for (const outcome of gone) outcome.left = left.filter((trace) => trace.thread_id === outcome.intent.thread_id);
  const purgedAt = new Date(options.wait.clock.now()).toISOString();
  leaveTombstones(home, gone, journal.actor, purgedAt);
  for (const tx of new Set(intents.map(({ from_tx }) => from_tx))) trimManifest(home, tx);
  journal.append(
    outcomes.map(({ intent: { tx, thread_id, from_tx }, files }) => {
      return { event: files.length > 0 ? 'purged' : 'purge-undone', tx, thread_id, from_tx, files };
    }),
  );
  return outcomes;
}

/** Brings purges to their end whose command died, receipts included. */
export async function finishPurges(
  home: Home,
  unfinished: Pick<Unfinished, 'purges' | 'purgeIntents'>,
  journal: Journal,
  wait: LockWait,
): Promise<void> {
  const { clock } = wait;
  const intents = unfinished.purgeIntents;
  if (intents.length > 0) await carryOut(home, intents, journal, { wait: { clock } });
  for (const tx of unfinished.purges) await concludePurge(home, tx, journal);
}

/** All files of a session, or none: one that was written to since has what is nowhere else. */
function unlinkAll(home: Home, { from_tx, files, quarantine }: PurgeIntent): PurgedFile[] {
  const places = files.map((file) => ({ file, place: placeInTrash(from_tx, file.path) }));
  const present = places.filter(({ place }) => statIn(home, place) !== undefined);
  const changed = present.filter(({ file, place }) => !hasState(file, statIn(home, place)));
  const isBegun = present.length < places.length;
  if (changed.length > 0 && !isBegun) return [];
  const going = present.filter((one) => !changed.includes(one));
  for (const { place } of going) unlinkIn(home, place);
  if (quarantine && changed.length === 0) unlinkIn(home, quarantine.path);
  return files.filter((file) => !changed.some((one) => one.file === file));
}

function hasState(file: FileIdentity, stat: { size: bigint; mtimeNs: bigint } | undefined): boolean {
  return stat !== undefined && Number(stat.size) === file.size && String(stat.mtimeNs) === file.mtime_ns;
}

function placesOf({ from_tx, files, quarantine }: PurgeIntent): string[] {
  return [...files.map(({ path }) => placeInTrash(from_tx, path)), ...(quarantine ? [quarantine.path] : [])];
}

function leaveTombstones(home: Home, gone: readonly Purged[], actor: Actor, purgedAt: string): void {
  for (const { intent } of gone) writeTombstone(home, intent, actor, purgedAt);
}
