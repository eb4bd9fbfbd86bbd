import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The text of a file that is installed with the program, such as `readPackageFile('schemas', 'event.schema.json')`. */
export async function readPackageFile(...names: string[]): Promise<string> {
  return readFileSync(locate(...names), 'utf8');
}

/** The names in a folder that is installed with the program, sorted. */
export async function listPackageFolder(...names: string[]): Promise<string[]> {
  return readdirSync(locate(...names)).sort();
}

/** The absolute path of a file that is installed with the program. */
export function packageFile(...names: string[]): string {
  return locate(...names);
}

/** The version in package.json. */
export function packageVersion(): string {
  return JSON.parse(readFileSync(locate('package.json'), 'utf8')).version;
}

let root: string | undefined;

function locate(...names: string[]): string {
  root ??= findRoot(dirname(fileURLToPath(import.meta.url)));
  return join(root, ...names);
}

/** This file runs from `src/base/` or, bundled, from `dist/`: the package is the nearest folder above with a package.json. */
function findRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder));
}
