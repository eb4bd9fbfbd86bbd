import { resolve } from 'node:path';
import { Failure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { packageVersion } from '../../base/package-files.ts';
import type { Catalog } from '../../engine/catalog.ts';
import type { Forked } from '../../engine/fork.ts';
import type { Report } from '../../engine/problem.ts';
import type { ExitCase, Invocation, OptionSpec } from '../command.ts';
import { existingFolder } from '../frame/existing-folder.ts';
import { readTurn } from '../frame/read-turn.ts';

/** Where and how to fork; `exec fork` takes them, too. */
export const forkOptions: OptionSpec[] = [
  {
    long: 'at',
    value: 'N',
    description:
      'Fork at the end of turn N, counted from 1 as `sessions show` counts them, before anything that came later: what was ' +
      'rolled back or reverted after that turn is still there. An unfinished turn is taken as far as it came.',
  },
  {
    long: 'before',
    value: 'TEXT',
    description: 'Fork before the last turn in which the user said something that holds TEXT.',
  },
  { long: 'copy', description: 'Give the fork a copy of what it inherits, also where a reference would do.' },
  {
    long: 'reference',
    description: 'Let the fork refer to the file of its parent; for sessions of Codex since 0.149 alone.',
  },
];

export const forkExits: ExitCase[] = [
  { code: 2, when: 'Wrong usage, no such session, turn or text, no complete turn, or trouble, such as a full disk.' },
  { code: 3, when: 'The fork was made, but some of what it inherits could not be read.' },
];

/** Forks a session as the options say; `cwd` is the folder that the fork is to work in. */
export async function forkAsAsked(
  catalog: Catalog,
  threadId: string,
  { options }: Invocation,
  io: Io,
  { cwd, report }: { cwd: string | undefined; report: Report },
): Promise<Forked> {
  const at = readTurn(options.text('at'));
  const before = options.text('before');
  if (at !== undefined && before !== undefined) throw new Failure('usage', '--at and --before both say where to fork');
  const isCopy = options.flag('copy');
  if (isCopy && options.flag('reference')) throw new Failure('usage', '--copy and --reference exclude each other');
  const folder = cwd === undefined ? null : existingFolder(resolve(io.cwd, cwd));
  const { pointBefore } = await import('../../engine/fork/fork-point.ts');
  const { forkSession } = await import('../../engine/fork.ts');
  return forkSession(catalog, threadId, {
    point:
      before !== undefined
        ? await pointBefore(catalog, threadId, before)
        : at === undefined
          ? { kind: 'last' }
          : { kind: 'end-of', turn: at },
    method: isCopy ? 'copy' : options.flag('reference') ? 'reference' : null,
    ...{ cwd: folder, fallbackCwd: io.cwd, version: packageVersion(), clock: io.clock, signal: io.signal, report },
  });
}
