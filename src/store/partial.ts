import type { BigIntStats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import { effectiveUser } from '../base/effective-user.ts';
import { Failure } from '../base/failure.ts';

/** What a file or folder is called until it is whole. */
export function partialOf(path: string): string {
  return `${path}.partial`;
}

/** Of the name itself, not of what it leads to; null where nothing is. */
export async function statOf(path: string): Promise<BigIntStats | null> {
  try {
    return await lstat(path, { bigint: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Whether it belongs to the user that we act as. */
export function isOwn({ uid }: BigIntStats): boolean {
  const user = effectiveUser();
  return user === null || uid === BigInt(user);
}

export function isSameFile(one: BigIntStats, other: BigIntStats | null): boolean {
  return other !== null && one.dev === other.dev && one.ino === other.ino;
}

/** Something that we have not made has the name that what we write should have. @param why how that is known */
export function inTheWay(partial: string, why = 'it was not made by an export that goes there'): Failure {
  return new Failure('usage', 'is in the way', { file: partial, hint: why });
}

/** What a run that did not end has left holds what is not of that run. @param others names of that */
export function keepsOthers(partial: string, others: readonly string[]): Failure {
  const named = others.slice(0, MOST_NAMED).join(', ');
  const more = others.length > MOST_NAMED ? `, and ${others.length - MOST_NAMED} more` : '';
  const message = `was left by a run that did not end, and holds what that run has not made: ${named}${more}`;
  return new Failure('usage', message, { file: partial, hint: 'move that to another place, and run this again' });
}

export function leftOver(partial: string): Failure {
  const hint = `remove ${basename(partial)}, once you know that it is of no use, or add --force, which does`;
  return new Failure('usage', 'is there already: a run that did not end has left it, or it is not ours', {
    file: partial,
    hint,
  });
}

export function busy(partial: string): Failure {
  return new Failure('busy', `another run writes it, as ${basename(partial)}`, { file: partial });
}

/** How often a name is tried for that others keep taking. */
export const MOST_ATTEMPTS = 5;

const MOST_NAMED = 5;
