import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const home = mkdtempSync(join(tmpdir(), 'sessions-start-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

/**
 * Runs the program and tells which files it loaded besides its own, by package or by name in dist/: until it asks a model, who
 * is not there, else until its end.
 */
function loadedBy(...argv: string[]): string[] {
  const script = `
    const { loadCompiled } = require('./bin/load-compiled.js');
    const loaded = loadCompiled(${JSON.stringify(`${root}dist/main.cjs`)});
    let isTold = false;
    const tell = () => {
      if (isTold) return;
      isTold = true;
      const report = { files: Object.keys(require.cache), rejected: loaded.script.cachedDataRejected };
      require('node:fs').writeSync(3, JSON.stringify(report));
    };
    process.on('exit', tell);
    globalThis.fetch = async () => {
      tell();
      throw new TypeError('fetch failed');
    };
    loaded.exports.main(${JSON.stringify(argv)});`;
  // Descriptor 3 comes as the output, so that what is printed does not matter; nor does it how a run without a model ends.
  const report = execFileSync(
    'sh',
    ['-c', '"$0" -e "$1" 3>&1 >/dev/null 2>&1 </dev/null || :', process.execPath, script],
    {
      cwd: root,
      env: { ...process.env, CODEX_HOME: home },
      encoding: 'utf8',
    },
  );
  const { files, rejected } = JSON.parse(report) as { files: string[]; rejected: boolean };
  expect(rejected).toBe(false);
  const names = files.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)|dist\/(.+)$/.exec(file)?.slice(1) ?? []);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

it.each(['main.cjs', 'tui.cjs'])('%s is ASCII, as which it is read, also in patterns', (name) => {
  expect(readFileSync(`${root}dist/${name}`, 'latin1').match(/.{0,40}[^\0-\x7f].{0,40}/)).toBeNull();
});

it('loads nothing else for --help', () => {
  expect(loadedBy('--help')).toEqual([]);
});

it('loads only SQLite for a listing', () => {
  loadedBy('ls');
  expect(loadedBy('ls')).toEqual(['better-sqlite3', 'bindings', 'file-uri-to-path']);
});

it.each([
  ['', []],
  ['--json', ['--json']],
])('loads only the locks before exec %s asks a model', (_, options) => {
  const retries = 'request_max_retries=0,stream_max_retries=0';
  const model = `model_providers.m={base_url="http://127.0.0.1:9/v1",wire_api="responses",${retries}}`;
  const argv = [
    '-c',
    model,
    '--provider',
    'm',
    '-m',
    'm',
    '-s',
    'danger-full-access',
    '--cd',
    home,
    ...options,
    'hello',
  ];
  expect(loadedBy('exec', ...argv)).toEqual(['fs-ext']);
});

it('keeps the compiled program where everybody can read it', () => {
  expect(statSync(`${root}dist/main.cjs.compiled`).mode & 0o777).toBe(0o644);
});
