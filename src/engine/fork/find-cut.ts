import { Failure } from '../../base/failure.ts';
import { openRollout, type RolloutFile } from '../../store/rollout-file.ts';
import type { Rollouts } from '../catalog.ts';
import type { Problem } from '../problem.ts';
import { type Head, headOf } from '../read-head.ts';
import type { Place } from '../reconstruct/places.ts';
import { withFirstFiles } from '../reconstruct.ts';
import { findThreadParts, type Part } from '../thread-parts.ts';
import type { ForkPoint } from './fork-point.ts';
import { type CutState, type Survey, survey } from './survey.ts';

/** A thread, cut in two at a place. Its files are open, so that nobody can take them away; `close` must be called. */
export interface CutThread {
  place: Place;
  /** The last recorded turn before the place. */
  turn: number;
  state: CutState;
  /** What the fork inherits, in order: each file, from its beginning to a point. */
  files: CutFile[];
  /** Head of the first file that is the thread's own. */
  head: Head;
  /** Where the session_meta stands that says what the thread was like; null where it has none. */
  meta: { rollout: RolloutFile; offset: number } | null;
  problems: Problem[];
  close(): Promise<void>;
}

export interface CutFile {
  rollout: RolloutFile;
  rolloutId: string;
  /** First byte behind its first record. */
  firstEnd: number;
  /** First byte that is not inherited. */
  end: number;
}

/**
 * Cuts a thread at a point.
 *
 * @throws Failure `usage` when there is no such turn, or none that is complete; `trouble` when history is missing
 */
export async function cutThread(rollouts: Rollouts, threadId: string, point: ForkPoint): Promise<CutThread> {
  const files = rollouts.thread(threadId).length;
  if (files === 0) throw new Failure('usage', `no session has the id '${threadId}'`);
  const open = new OpenFiles();
  try {
    // What a revert took back is still there in the files that came before it.
    for (let count = point.kind === 'last' ? files : 1; ; count++) {
      const problems: Problem[] = [];
      const parts = await findThreadParts(withFirstFiles(rollouts, threadId, count), threadId, (problem) =>
        problems.push(problem),
      );
      const missing = problems.find(({ weight }) => weight === 'lost');
      if (missing) {
        throw new Failure('trouble', `history that it builds on is missing: ${missing.message}`, {
          ...(missing.file !== null && { file: missing.file }),
        });
      }
      const found = await survey({ threadId, parts: parts.map((part) => open.share(part)), openPrefix: null }, point);
      if (found.place) return await toCut(found, parts, open, threadId);
      if (count >= files) throw noSuchPoint(threadId, point, found.turns);
    }
  } catch (error) {
    await open.close();
    throw error;
  }
}

async function toCut(found: Survey, parts: readonly Part[], open: OpenFiles, threadId: string): Promise<CutThread> {
  const { places, state, turn, problems } = found;
  const kept = [...places.ends.keys()];
  const firstEndOf = (part: Part) => places.firsts.get(part)?.offset ?? 0;
  let place = found.place as Place;
  // Where a file holds nothing up to there but its session_meta, the one before it will do.
  for (let at = kept.indexOf(place.part); at > 0 && place.offset <= firstEndOf(place.part); at--) {
    place = places.ends.get(kept[at - 1] as Part) as Place;
  }
  const files: CutFile[] = [];
  for (const part of kept.slice(0, kept.indexOf(place.part) + 1)) {
    const end = part === place.part ? place.offset : (places.ends.get(part) as Place).offset;
    const firstEnd = Math.min(end, firstEndOf(part));
    files.push({ rollout: await open.rollout(part.path), rolloutId: part.rolloutId, firstEnd, end });
  }
  const firstOwn = parts.find((part) => part.inheritedFrom === null) as Part;
  const own = await open.rollout(firstOwn.path);
  const head = await headOf(own);
  const meta = found.meta
    ? { rollout: await open.rollout(found.meta.part.path), offset: found.meta.offset }
    : head.meta && { rollout: own, offset: 0 };
  if (head.threadId === null && head.meta !== null) throw new Failure('trouble', `session ${threadId} has no id`);
  return { place, turn, state, files, head, meta, problems, close: () => open.close() };
}

function noSuchPoint(threadId: string, point: ForkPoint, turns: number): Failure {
  if (point.kind === 'last') {
    const hint = turns > 0 ? `--at ${turns} takes the unfinished turn along` : undefined;
    return new Failure('usage', `session ${threadId} has no complete turn to fork behind`, hint ? { hint } : {});
  }
  const there = turns === 1 ? 'there is 1' : `there are ${turns}`;
  return new Failure('usage', `session ${threadId} has no turn ${point.turn}: ${there}`);
}

/** Each file is opened once, so that all readings of it are of the same bytes. */
class OpenFiles {
  readonly #files = new Map<string, Promise<RolloutFile>>();

  rollout(path: string): Promise<RolloutFile> {
    let file = this.#files.get(path);
    if (!file) {
      file = openRollout(path);
      this.#files.set(path, file);
    }
    return file;
  }

  /** The part, whose content stays open when a reading of it ends. */
  share(part: Part): Part {
    return {
      ...part,
      open: async (path) => {
        const rollout = await this.rollout(path);
        return {
          path: rollout.path,
          blocks: () => rollout.blocks(),
          get damage() {
            return rollout.damage;
          },
          close: async () => {},
        };
      },
    };
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#files.values());
    for (const file of opened) if (file.status === 'fulfilled') await file.value.close();
  }
}
