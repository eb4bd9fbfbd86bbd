import { readFileSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { Failure } from '../../base/failure.ts';
import { isMissingFile, systemReason } from '../../base/system-error.ts';
import type { Env } from './ssh-keygen.ts';
import { namespaceOf, signedKinds } from './ssh-signature.ts';

/** Who may sign: lines in the format of `ssh-keygen`, ALLOWED SIGNERS. */
export interface AllowedSigners {
  /** The file that they came from. */
  path: string;
  /** The lines that count, read once. */
  text: string;
}

/**
 * The list of allowed signers: the one that was named, all of it; else that of the user, of which only those lines count whose
 * `namespaces=` covers one of ours, because it may be there for other things. A list in the home of the sessions is none: who can
 * rewrite sessions could write it.
 *
 * @returns null where nobody is allowed
 * @throws Failure `usage` when the one that was named is not there
 */
export function findAllowedSigners(
  named: string | undefined,
  { env, cwd }: { env: Env; cwd: string },
): AllowedSigners | null {
  if (named !== undefined) {
    const path = resolve(cwd, named);
    const text = read(path);
    if (text === null) throw new Failure('usage', 'no such file', { file: path });
    return { path, text };
  }
  const path = usersList(env);
  const text = path === null ? null : read(path);
  const lines = text?.split('\n').filter(isForUs) ?? [];
  return path === null || lines.length === 0 ? null : { path, text: lines.map((line) => `${line}\n`).join('') };
}

/** Where the list of the user is, or would be; null for a user without a home. */
export function usersList({ HOME: own }: Env): string | null {
  // Below a relative one it would lie in the folder that the caller stands in, where anybody may have put it.
  return own !== undefined && isAbsolute(own) ? join(own, '.ssh', 'allowed_signers') : null;
}

/** A line that allows a key to sign all that this program signs. */
export function signersLine(publicKey: string): string {
  return `you@example.org namespaces="sessions-*" ${publicKey}`;
}

/** Principals, options, key: whether the options name one of our namespaces. `ssh-keygen` has the last word on all of it. */
function isForUs(line: string): boolean {
  const options = /^\s*(?!#)(?:"[^"]*"|[^\s"])+\s+((?:"(?:\\.|[^"\\])*"|[^\s"])+)\s/.exec(line)?.[1] ?? '';
  const patterns = /(?:^|,)namespaces="([^"]*)"/i.exec(options)?.[1]?.split(',') ?? [];
  return signedKinds.some((kind) => matchesSome(patterns, namespaceOf(kind)));
}

/** As `match_pattern_list` of OpenSSH: what one pattern with `!` matches is out. */
function matchesSome(patterns: readonly string[], text: string): boolean {
  const isMatch = (pattern: string) => {
    const source = pattern.replace(/[^*?]/g, (letter) => `\\u{${letter.codePointAt(0)?.toString(16)}}`);
    return new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'u').test(text);
  };
  const [no, yes] = [true, false].map((isNo) => patterns.filter((pattern) => pattern.startsWith('!') === isNo));
  return yes?.some(isMatch) === true && !no?.some((pattern) => isMatch(pattern.slice(1)));
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (isMissingFile(error)) return null;
    throw new Failure('trouble', `cannot be read: ${systemReason(error)}`, { file: path, cause: error });
  }
}
