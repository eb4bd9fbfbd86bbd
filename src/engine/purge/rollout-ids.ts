import { parseRolloutName } from '../../format/file-name.ts';

/** The ids of the rollouts that files are, from their names. */
export function rolloutIdsOf(files: readonly { path: string }[]): string[] {
  const ids = files.map(({ path }) => parseRolloutName(path.slice(path.lastIndexOf('/') + 1))?.rolloutId);
  return [...new Set(ids.filter((id) => id !== undefined))];
}
