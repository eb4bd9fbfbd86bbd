import { isUtf8 } from 'node:buffer';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Io } from '../../base/io.ts';
import { runGit } from './run-git.ts';

/**
 * Finds files below folders by some letters of their paths. What git ignores is left out in a repository; elsewhere the folders
 * that nobody types in.
 */
export function createFileFinder(io: Io) {
  let known: { cwd: string; at: number; paths: Promise<readonly string[]> } | null = null;
  return async (cwd: string, letters: string, signal: AbortSignal): Promise<readonly string[]> => {
    const now = io.clock.now();
    if (known?.cwd !== cwd || Math.abs(now - known.at) > FRESH_MS) known = { cwd, at: now, paths: listFiles(cwd, io) };
    const paths = await known.paths;
    return signal.aborted ? [] : bestMatches(paths, letters);
  };
}

/** The paths that have these letters in this order, without regard to case unless one is upper case; the best first. */
export function bestMatches(paths: readonly string[], letters: string): string[] {
  const isExact = letters !== letters.toLowerCase();
  const found: { path: string; score: number }[] = [];
  for (const path of paths) {
    const score = scoreOf(isExact ? path : path.toLowerCase(), letters);
    if (score !== null) found.push({ path, score });
  }
  found.sort((a, b) => b.score - a.score || a.path.length - b.path.length || (a.path < b.path ? -1 : 1));
  return found.slice(0, MOST_FOUND).map(({ path }) => path);
}

/** Null when it has not all letters. Letters side by side count, and those at the beginning of a name. */
function scoreOf(path: string, letters: string): number | null {
  if (letters === '') return 0;
  const name = path.lastIndexOf('/') + 1;
  const whole = path.indexOf(letters, name);
  if (whole >= 0) return 1000 + (whole === name ? 500 : isBoundary(path, whole) ? 200 : 0);
  if (path.includes(letters)) return 800;
  let score = 0;
  let last = -1;
  for (const letter of letters) {
    const at = path.indexOf(letter, last + 1);
    if (at < 0) return null;
    score += at === last + 1 ? 8 : isBoundary(path, at) ? 5 : 1;
    if (at >= name) score += 2;
    last = at;
  }
  return score;
}

function isBoundary(path: string, at: number): boolean {
  return at === 0 || '/-_. '.includes(path[at - 1] as string);
}

async function listFiles(cwd: string, io: Io): Promise<readonly string[]> {
  const listed = await runGit(['ls-files', '-co', '--exclude-standard', '-z'], cwd, io, io.signal);
  if (!listed) return walk(cwd, io.signal);
  return [...new Set(namesIn(listed))].filter((path) => path !== '').slice(0, MOST_FILES);
}

/** But for those that are no UTF-8: a text cannot hold such a name, so nothing could be opened by it. */
function namesIn(listed: Buffer): string[] {
  if (isUtf8(listed)) return listed.toString().split('\0');
  const names = listed.toString('latin1').split('\0');
  return names.map((name) => Buffer.from(name, 'latin1')).flatMap((name) => (isUtf8(name) ? [name.toString()] : []));
}

/** Nearer files first, without following links. */
async function walk(top: string, signal: AbortSignal): Promise<string[]> {
  const files: string[] = [];
  const folders = [''];
  for (const folder of folders) {
    if (files.length >= MOST_WALKED || folders.length > MOST_FOLDERS || signal.aborted) break;
    const entries = await readdir(join(top, folder), { withFileTypes: true, encoding: 'buffer' }).catch(() => []);
    for (const entry of entries) {
      if (!isUtf8(entry.name)) continue;
      const name = entry.name.toString();
      const path = folder === '' ? name : `${folder}/${name}`;
      if (entry.isFile()) files.push(path);
      else if (entry.isDirectory() && !name.startsWith('.') && name !== 'node_modules') folders.push(path);
    }
  }
  return files;
}

const FRESH_MS = 10_000;
const MOST_FOUND = 50;
const MOST_FILES = 200_000;
const MOST_WALKED = 20_000;
const MOST_FOLDERS = 5000;
