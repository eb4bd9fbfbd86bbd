import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';

/** Where a command of the user would be looked for. */
export interface CommandPlace {
  /** Absolute. */
  cwd: string;
  /** Of the command. */
  env: Readonly<Record<string, string | undefined>>;
}

/** Why a program cannot be started, in words that follow it; null when it can. As the system finds it: by its path, or on PATH. */
export function problemOfCommand(program: string, { cwd, env }: CommandPlace): string | null {
  if (program.includes('/')) return problemOfFile(resolve(cwd, program));
  const folders = (env.PATH ?? usualPath).split(delimiter);
  const isFound = folders.some((folder) => problemOfFile(resolve(cwd, folder, program)) === null);
  return isFound ? null : 'is not on PATH';
}

const usualPath = '/bin:/usr/bin';

function problemOfFile(path: string): string | null {
  try {
    if (!statSync(path).isFile()) return 'is no file';
  } catch {
    return 'is not there';
  }
  try {
    accessSync(path, constants.X_OK);
    return null;
  } catch {
    return 'is not executable';
  }
}
