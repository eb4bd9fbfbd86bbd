import { lstatSync } from 'node:fs';
import { Failure } from '../../base/failure.ts';
import { openRollout, type RolloutFile } from '../../store/rollout-file.ts';
import { type HistoryBase, headOf } from '../read-head.ts';

/**
 * What the files of a home go on from. Each is read once for as long as it stays the same: who repairs many sessions asks about
 * all files for each of them.
 */
export class KnownBases {
  readonly #known = new Map<string, { state: string; base: HistoryBase | null }>();

  /**
   * How many bytes of a rollout a file needs: 0 for none, without end where that cannot be told.
   *
   * @throws Failure `refused` for a file that cannot be read
   */
  async reachInto(path: string, rolloutId: string): Promise<number> {
    const state = stateOf(path);
    if (state === null) return 0;
    const known = this.#known.get(path);
    if (known?.state === state) return reachOf(known.base, rolloutId);
    const rollout = await open(path);
    if (!rollout) return 0;
    try {
      const { base, meta } = await headOf(rollout);
      // A head that is damaged may name it all the same.
      if (!base && meta === null) return (await beginsWithNameOf(rollout, rolloutId)) ? Number.POSITIVE_INFINITY : 0;
      this.#known.set(path, { state, base });
      return reachOf(base, rolloutId);
    } finally {
      await rollout.close();
    }
  }
}

function reachOf(base: HistoryBase | null, rolloutId: string): number {
  return base?.rolloutId === rolloutId ? (base.endByte ?? Number.POSITIVE_INFINITY) : 0;
}

function stateOf(path: string): string | null {
  const facts = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  return facts ? `${facts.dev} ${facts.ino} ${facts.size} ${facts.mtimeNs}` : null;
}

async function open(path: string): Promise<RolloutFile | null> {
  try {
    return await openRollout(path);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    // Moved meanwhile, or nothing that is read as a rollout.
    if (error.kind === 'usage' || error.kind === 'findings') return null;
    throw new Failure('refused', `is not read, so what goes on from where cannot be known: ${error.message}`, {
      file: path,
      cause: error,
    });
  }
}

async function beginsWithNameOf(rollout: RolloutFile, rolloutId: string): Promise<boolean> {
  for await (const block of rollout.blocks()) return block.toString('latin1').toLowerCase().includes(rolloutId);
  return false;
}
