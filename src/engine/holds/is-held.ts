import type { Home } from '../../store/home.ts';
import { loadCatalog } from '../catalog.ts';
import { checkHolds } from './check-holds.ts';
import { readAllHolds } from './survey-holds.ts';

/**
 * Whether a hold covers a session. Without a hold in force, the home is not looked through.
 *
 * @param now milliseconds since the epoch
 * @throws Failure `refused` when that cannot be known
 */
export async function isHeld(home: Home, threadId: string, now: number): Promise<boolean> {
  if (readAllHolds(home).every(({ released }) => released !== null)) return false;
  const options = { now, signal: new AbortController().signal };
  return (await checkHolds(home, await loadCatalog(home), [threadId], options)).has(threadId);
}
