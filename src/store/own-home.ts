import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Home } from './home.ts';

/**
 * Notes that this program made the first session of a home, if it is about to: then every session there was written under a
 * lock, unless a Codex from before 0.149 joins in, which leaves traces.
 */
export function noteFirstSession(home: Home): void {
  if (existsSync(home.sessions) || existsSync(home.archived)) return;
  const note = notePath(home);
  try {
    mkdirSync(dirname(note), { recursive: true, mode: 0o700 });
    writeFileSync(note, 'The first session of this home was made by `sessions`, which takes locks.\n', { mode: 0o600 });
  } catch {
    // Then it is not known, as in any other home.
  }
}

/** Whether nobody but this program has worked in a home, and it has from the first session on. */
export function isOwnHome(home: Home): boolean {
  return existsSync(notePath(home)) && !readdirSync(home.path).some((name) => ofCodex.test(name));
}

function notePath(home: Home): string {
  return join(home.path, '.sessions', 'begun-here');
}

/** What every Codex since 0.106 makes at its start, and what some earlier ones do. */
const ofCodex =
  /^(?:(?:state|logs|goals|memories|queue)_\d+\.sqlite|history\.jsonl|version\.json|log|shell_snapshots)$/;
