import { join } from 'node:path';
import { buildSync } from 'esbuild';

/** Builds a program out of sources, so that a process of its own can run it and be killed. Returns its path. */
export function bundle(folder: string, code: string): string {
  const outfile = join(folder, 'program.mjs');
  buildSync({
    stdin: { contents: code, resolveDir: process.cwd(), loader: 'ts' },
    ...{
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      outfile,
      packages: 'external',
      logLevel: 'error',
    },
  });
  return outfile;
}
