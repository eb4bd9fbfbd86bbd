import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * The absolute path of a program: in the folders of the system, then on PATH. Relative entries of PATH are passed over,
 * because the working directory may belong to somebody else.
 * @param isTrusted refuses folders, such as those that the agent can write to
 */
export function findProgram(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
  isTrusted: (folder: string) => boolean = () => true,
): string | null {
  const folders = [...systemFolders, ...(env.PATH ?? '').split(delimiter)];
  for (const folder of folders) {
    const path = join(folder, name);
    if (isAbsolute(folder) && isExecutable(path) && isTrusted(folder)) return path;
  }
  return null;
}

const systemFolders = ['/usr/bin', '/bin', '/usr/local/bin', '/run/current-system/sw/bin'];

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
