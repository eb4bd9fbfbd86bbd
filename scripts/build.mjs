// Builds dist/: the program and its worker, each one file of which only what a command needs is run; apart from them the
// validators and some packages, because few commands read them; and what the engine made of the program, so that it starts
// without compiling it again.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

// The validators are made from schemas/ and become part of the bundle.
await import('./build-validators.mjs');

/** The validators of all schemas stay a file of their own, which is loaded when it is first used. */
const validatorsApart = {
  name: 'validators-apart',
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/validators\.generated\.js$/ }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path: `./${basename(path, '.js')}.cjs`, external: true },
    ),
};

/** What few runs need of other packages, by file: in the program itself it would make every start slower. */
const large = {
  ajv: ['ajv', 'ajv/dist/2020.js'],
  'mcp-sdk': ['client/index.js', 'client/streamableHttp.js', 'shared/stdio.js', 'types.js'].map(
    (part) => `@modelcontextprotocol/sdk/${part}`,
  ),
  yaml: ['yaml'],
};

/** Such packages become files of their own, one for all parts of a package that are used, so that these stay of a piece. */
const packagesApart = {
  name: 'packages-apart',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[a-z-]+$/ }, ({ path, kind }) =>
      kind === 'entry-point' && Object.hasOwn(large, path) ? { path, namespace: 'large' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'large' }, ({ path }) => ({
      contents: large[path].map((part) => `export * from ${JSON.stringify(part)};`).join('\n'),
      resolveDir: root,
    }));
    onResolve({ filter: /^[@a-z]/ }, ({ path, kind }) => {
      const name = Object.keys(large).find((file) => large[file].includes(path));
      return kind === 'dynamic-import' && name !== undefined ? { path: `./${name}.cjs`, external: true } : undefined;
    });
  },
};

// Made beside dist/ and put in its place at the end, so that the program can be used while it is built.
const made = `${root}.cache/build-${process.pid}`;
await mkdir(made, { recursive: true });
await build({
  absWorkingDir: root,
  entryPoints: {
    main: 'src/main.ts',
    worker: 'src/engine/workers/worker.ts',
    'validators.generated': 'src/format/validators.generated.js',
    ...Object.fromEntries(Object.keys(large).map((name) => [name, name])),
  },
  outdir: made,
  outExtension: { '.js': '.cjs' },
  bundle: true,
  platform: 'node',
  // Modules of this form start sooner than ES modules, and can be kept compiled; `import()` runs a part when it is needed.
  format: 'cjs',
  target: 'node20.19',
  // As `require`, which starts sooner and sees all names of such a module.
  supported: { 'dynamic-import': false },
  legalComments: 'none',
  // What is shorter is read sooner; names stay, for traces.
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
  // Native code cannot be bundled.
  external: ['better-sqlite3', 'fs-ext', 'zstd-napi'],
  plugins: [validatorsApart, packagesApart],
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
