import { isMissingFile } from '../../base/system-error.ts';
import type { RolloutEntry } from '../../store/discover.ts';
import { openRollout, type RolloutFile } from '../../store/rollout-file.ts';

/** Opens a rollout that was found; in its other form when it was compressed, or taken out again, since. */
export async function openEntry({ path }: Pick<RolloutEntry, 'path'>): Promise<RolloutFile> {
  try {
    return await openRollout(path);
  } catch (error) {
    if (!isMissingFile(error)) throw error;
    const other = path.endsWith('.zst') ? path.slice(0, -'.zst'.length) : `${path}.zst`;
    return await openRollout(other).catch((again) => {
      throw isMissingFile(again) ? error : again;
    });
  }
}
