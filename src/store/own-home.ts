import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Home } from './home.ts';
import { openIn } from './home-acts.ts';

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
  if (!existsSync(notePath(home))) return false;
  return !readdirSync(home.path).some((name) => ofCodex.test(name) && !(name === prompts && hasOurPrompts(home)));
}

/**
 * Does something to the prompt history, which both programs write, and notes that all of it is ours when it was before. To be called
 * under its lock.
 *
 * @param isNew there was none before the lock was taken, in a home of ours
 */
export function keepOwnHome<T>(home: Home, isNew: boolean, act: () => T): T {
  const isOwn = (isNew && promptsSize(home) === 0) || isOwnHome(home);
  const result = act();
  if (isOwn) notePrompts(home);
  return result;
}

function notePrompts(home: Home): void {
  const { O_WRONLY, O_CREAT, O_TRUNC, O_NOFOLLOW } = constants;
  try {
    const descriptor = openIn(home, promptsNote, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0o600);
    try {
      writeFileSync(descriptor, `${promptsSize(home)}\n`);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    // Then it is not known, as in any other home.
  }
}

/** Whether nobody has written to the prompt history since we did. */
function hasOurPrompts(home: Home): boolean {
  try {
    return readFileSync(join(home.path, promptsNote), 'utf8') === `${promptsSize(home)}\n`;
  } catch {
    return false;
  }
}

function notePath(home: Home): string {
  return join(home.path, '.sessions', 'begun-here');
}

function promptsSize(home: Home): number {
  return statSync(join(home.path, prompts)).size;
}

const prompts = 'history.jsonl';
/** How large it was when we last wrote to it. */
const promptsNote = '.sessions/prompts-here';
/** What every Codex since 0.106 makes at its start, and what some earlier ones do. */
const ofCodex =
  /^(?:(?:state|logs|goals|memories|queue)_\d+\.sqlite|history\.jsonl|version\.json|log|shell_snapshots)$/;
