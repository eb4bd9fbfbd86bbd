import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { homeAround } from './home.ts';

/**
 * Where a rollout is now that was found a moment ago and is not there any more: Codex archives a session by moving its file,
 * brings it back to the folder of its date, and compresses it under another name.
 *
 * @returns its new path; null when it is in none of these places
 */
export function findMoved(path: string): string | null {
  const home = homeAround(path);
  if (!home) return null;
  const plain = basename(path).replace(/\.zst$/, '');
  const date = /^rollout-(\d{4})-(\d{2})-(\d{2})T/.exec(plain)?.slice(1);
  const folders = [join(path, '..'), home.archived, ...(date ? [join(home.sessions, ...date)] : [])];
  const places = folders.flatMap((folder) => [join(folder, plain), join(folder, `${plain}.zst`)]);
  return places.find((place) => existsSync(place)) ?? null;
}
