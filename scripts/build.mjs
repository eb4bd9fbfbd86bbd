// Builds dist/: the program and its worker, each one file of which only what a command needs is run; the validators apart,
// because few commands read them; and what the engine made of the program, so that it starts without compiling it again.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

// The validators are made from schemas/ and become part of the bundle.
await import('./build-validators.mjs');

/** A module that is generated stays a file of its own, which is loaded when it is first used. */
const generatedApart = {
  name: 'generated-apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\.generated\.js$/ }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path: `./${basename(path, '.js')}.cjs`, external: true },
    ),
};

// Made beside dist/ and put in its place at the end, so that the program can be used while it is built.
const made = `${root}.cache/build-${process.pid}`;
await mkdir(made, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: {
    main: 'src/main.ts',
    worker: 'src/engine/workers/worker.ts',
    'event-validator.generated': 'src/format/event-validator.generated.js',
    'validators.generated': 'src/format/validators.generated.js',
  },
  outdir: made,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  // Modules of this form start sooner than ES modules, and can be kept compiled; `import()` runs a part when it is needed.
  format: 'cjs',
  target: 'node20.19',
  legalComments: 'none',
  // What is shorter is read sooner; names stay, for traces.
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
  // Native code cannot be bundled.
  external: ['better-sqlite3', 'fs-ext', 'zstd-napi'],
  plugins: [generatedApart],
  define: { 'import.meta.url': 'bundleUrl' },
  banner: { js: "const bundleUrl=require('node:url').pathToFileURL(__filename).href;" },
});
await keepCompiled(join(made, 'main.cjs'));
await rm(`${root}dist`, { recursive: true, force: true });
await rename(made, `${root}dist`);

/** Runs the commands that are run most in an empty home, and keeps what was compiled for them. */
async function keepCompiled(path) {
  const home = await mkdtemp(join(tmpdir(), 'sessions-build-'));
  try {
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/keep-compiled.cjs'), path], {
      env: { ...process.env, CODEX_HOME: home },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`keeping the compiled program failed: ${stderr}`);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
