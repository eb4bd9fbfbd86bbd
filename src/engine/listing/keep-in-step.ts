import { existsSync } from 'node:fs';
import { Settings } from '../../index/settings.ts';
import type { Home } from '../../store/home.ts';
import { FULL_REFRESH } from './list-indexed.ts';
import { type IndexOptions, indexPath, useIndex } from './use-index.ts';

/**
 * Brings the index of a home in step with a session that was just recorded, where there is an index that knows the home; the
 * first listing makes it otherwise.
 */
export async function keepInStep(home: Home, options: IndexOptions): Promise<void> {
  if (!existsSync(indexPath(home))) return;
  await useIndex(home, options.onReplaced, async (index) => {
    if (new Settings(index.database).get(FULL_REFRESH) !== undefined) await index.refresh('likely', options);
  });
}
