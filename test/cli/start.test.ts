import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const dist = fileURLToPath(new URL('../../dist/', import.meta.url));

/** The packages in a file of the bundle and in all that it imports before it runs. */
function packagesLoadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return new Set();
  seen.add(file);
  const text = readFileSync(dist + file, 'utf8');
  const bundled = [...text.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)\//gm)].map((match) => match[1]!);
  const imports = [...text.matchAll(/^(?:import|\} from|import .* from) "([^"]+)";$/gm)].map((match) => match[1]!);
  const chunks = imports
    .filter((path) => path.startsWith('./'))
    .flatMap((path) => [...packagesLoadedBy(path.slice(2), seen)]);
  const external = imports.filter((path) => !path.startsWith('./') && !path.startsWith('node:'));
  return new Set([...bundled, ...chunks, ...external.filter((path) => !builtins.includes(path))]);
}

const builtins = ['assert', 'child_process', 'fs', 'os', 'path', 'stream', 'tty', 'util'];

it('loads nothing for --help that is slow to load', () => {
  expect([...packagesLoadedBy('main.js')].sort()).toEqual(['cac', 'parse-duration', 'picocolors']);
});
