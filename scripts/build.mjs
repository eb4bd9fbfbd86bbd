// Builds dist/: one bundle for the start, and chunks for what a command loads only when it runs.
import { mkdir, rename, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

// The validators are made from schemas/ and become part of the bundle.
await import('./build-validators.mjs');

// Made beside dist/ and put in its place at the end, so that the program can be used while it is built.
const made = `${root}.cache/build-${process.pid}`;
await mkdir(made, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/main.ts', worker: 'src/engine/workers/worker.ts' },
  outdir: made,
  chunkNames: 'chunk-[hash]',
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  legalComments: 'none',
  // What is shorter is read sooner; names stay, for traces.
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
  // Native code cannot be bundled.
  external: ['better-sqlite3', 'fs-ext', 'zstd-napi'],
  // Some of the packages are CommonJS and call require() for parts of Node.
  banner: {
    js: "import { createRequire as createBundleRequire } from 'node:module'; const require = createBundleRequire(import.meta.url);",
  },
});
await rm(`${root}dist`, { recursive: true, force: true });
await rename(made, `${root}dist`);
