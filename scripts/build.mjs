// Builds dist/: the program and its workers, each one file of which only what a command needs is run; apart from them the
// validators, some packages and the screens, because few commands read them; and what the engine made of the program, so that it starts
// without compiling it again.
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
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
  secretlint: ['@secretlint/secretlint-rule-preset-recommend'],
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

/** The screens are a file of their own, which the program gets at by another one, whose `require` is left as it is. */
const screensApart = {
  name: 'screens-apart',
  setup({ onLoad }) {
    onLoad({ filter: /[/\\]commands[/\\]run[/\\]load-tui\.ts$/ }, () => ({
      contents: `export const loadTui = () => require('./load-tui.cjs').loadTui();`,
      loader: 'js',
    }));
  },
};

/**
 * What ink lays out with is WebAssembly, for which it waits at its top level, as only an ES module can; such a module is kept
 * compiled by no Node that is in use. It also has `fetch` decode it, for which Node loads an HTTP client. Here it is handed its
 * bytes, and whoever loads the screens waits for `ready`.
 */
const inkAtOnce = {
  name: 'ink-at-once',
  setup({ onLoad, onResolve }) {
    const change = (filter, how) =>
      onLoad({ filter }, async ({ path }) => ({ contents: how(await readFile(path, 'utf8')), loader: 'js' }));
    let bytes = '';
    const binary = new URL('node_modules/yoga-layout/dist/binaries/yoga-wasm-base64-esm.js', `file://${root}`);
    onLoad({ filter: /yoga-layout[/\\]dist[/\\]src[/\\]index\.js$/ }, async ({ path }) => {
      [, bytes] = /base64,([\w+/=]{1000,})"/.exec(await readFile(binary, 'utf8'));
      const source = await readFile(path, 'utf8');
      const waiting = 'const Yoga = wrapAssembly(await loadYoga());\nexport default Yoga;';
      const ready = `let Yoga;
const wasmBinary = Buffer.from('${bytes}', 'base64');
export const ready = loadYoga({ wasmBinary }).then((assembly) => { Yoga = wrapAssembly(assembly); });
export { Yoga as default };`;
      return { contents: replaced(source, waiting, ready), loader: 'js' };
    });
    change(/yoga-wasm-base64-esm\.js$/, (source) => replaced(source, /(?<=base64,)[\w+/=]{1000,}(?=")/, ''));
    // Ink measures text as we do, which is quick where it can be.
    onResolve({ filter: /^string-width$/ }, ({ importer }) =>
      /[/\\]src[/\\]ui[/\\]/.test(importer) ? undefined : { path: 'string-width', namespace: 'ours' },
    );
    onLoad({ filter: /./, namespace: 'ours' }, () => ({
      contents: "export { displayWidth as default } from './src/ui/text-width.ts';",
      resolveDir: root,
    }));
    // For those who develop with ink.
    change(/ink[/\\]build[/\\]reconciler\.js$/, (source) =>
      replaced(
        replaced(source, /if \(isDev\(\)\) \{[\s\S]*?\n\}\n/, ''),
        /isDev\(\)\s*\? await loadPackageJson\(\)\s*: /,
        '',
      ),
    );
  },
};

function replaced(text, what, by) {
  const changed = text.replace(what, () => by);
  if (changed === text) throw new Error(`a package has changed, and has no ${what} any more`);
  return changed;
}

// Made beside dist/ and put in its place at the end, so that the program can be used while it is built.
const made = `${root}.cache/build-${process.pid}`;
await mkdir(made, { recursive: true });
const bundleUrl = "const bundleUrl=require('node:url').pathToFileURL(__filename).href;";
const common = {
  absWorkingDir: root,
  outdir: made,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  legalComments: 'none',
  // What is shorter is read sooner; names stay, for traces.
  minifyWhitespace: true,
  minifySyntax: true,
  logLevel: 'warning',
};
await build({
  ...common,
  entryPoints: {
    main: 'src/main.ts',
    worker: 'src/engine/workers/worker.ts',
    'list-worker': 'src/engine/listing/list-worker.ts',
    'change-child': 'src/commands/run/change-child.ts',
    'validators.generated': 'src/format/validators.generated.js',
    ...Object.fromEntries(Object.keys(large).map((name) => [name, name])),
  },
  outExtension: { '.js': '.cjs' },
  // Modules of this form start sooner than ES modules, and can be kept compiled; `import()` runs a part when it is needed.
  format: 'cjs',
  // As `require`, which starts sooner and sees all names of such a module.
  supported: { 'dynamic-import': false },
  // Native code cannot be bundled; the loader is written below.
  external: ['better-sqlite3', 'fs-ext', 'zstd-napi', './load-tui.cjs'],
  plugins: [validatorsApart, packagesApart, screensApart],
  define: { 'import.meta.url': 'bundleUrl' },
  banner: { js: bundleUrl },
});
await build({
  ...common,
  stdin: {
    contents: "export * from './src/tui/index.ts'; export { ready } from 'yoga-layout';",
    resolveDir: root,
  },
  outdir: undefined,
  outfile: join(made, 'tui.cjs'),
  format: 'cjs',
  supported: { 'dynamic-import': false },
  jsx: 'automatic',
  plugins: [inkAtOnce],
  define: {
    'process.env.NODE_ENV': '"production"',
    'process.env.DEV': '"false"',
    'import.meta.url': 'bundleUrl',
  },
  banner: { js: bundleUrl },
});
await writeFile(
  join(made, 'load-tui.cjs'),
  `const{loadCompiled}=require('../bin/load-compiled.js');let loaded;
exports.loadTui=async()=>{loaded??=loadCompiled(require('node:path').join(__dirname,'tui.cjs')).exports;await loaded.ready;return loaded};
`,
);
await writeAsAscii(join(made, 'main.cjs'));
await writeAsAscii(join(made, 'tui.cjs'));
await keepCompiled('keep-compiled.cjs', join(made, 'main.cjs'));
await keepCompiled('keep-screens-compiled.cjs', join(made, 'tui.cjs'));
await rm(`${root}dist`, { recursive: true, force: true });
await rename(made, `${root}dist`);

/** Both are read as ASCII (`bin/load-compiled.js`). Patterns are all that esbuild leaves as they stand, and mean the same with escapes. */
async function writeAsAscii(path) {
  const text = await readFile(path, 'utf8');
  const escaped = text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  await writeFile(path, escaped);
}

/** Runs a part of the program as it is run most, in an empty home, and keeps what was compiled for that. */
async function keepCompiled(script, path) {
  const home = await mkdtemp(join(tmpdir(), 'sessions-build-'));
  try {
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts', script), path], {
      env: { ...process.env, CODEX_HOME: home },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`keeping the compiled program failed: ${stderr}`);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
