// Fetches the real Codex CLI for the interop tests into a cache folder; it is never a dependency of this package.
//
//   node scripts/fetch-codex.mjs [VERSION]     prints the path of the binary
//
// VERSION is a version of @openai/codex on npm: `X.Y.Z-linux-x64`, or `X.Y.Z` for those before there was one for each
// platform. The cache is $SESSIONS_CODEX_CACHE, else agent-sessions/codex in $XDG_CACHE_HOME or ~/.cache. A version that
// is there already is not fetched again.
import { execFile } from 'node:child_process';
import { access, chmod, constants, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The version that the interop tests judge by. */
const judge = '0.169.0-linux-x64';

const version = process.argv[2] ?? judge;
const folder = join(cacheFolder(process.env), version);

function cacheFolder(env) {
  if (env.SESSIONS_CODEX_CACHE) return env.SESSIONS_CODEX_CACHE;
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'agent-sessions', 'codex');
}

/** Where the binary has been over the versions, newest first. */
const places = [
  'vendor/x86_64-unknown-linux-musl/bin/codex',
  'vendor/x86_64-unknown-linux-musl/codex/codex',
  'bin/codex-x86_64-unknown-linux-musl',
];

async function binaryIn(folder) {
  for (const place of places) {
    const path = join(folder, 'package', place);
    try {
      await access(path, constants.X_OK);
      return path;
    } catch {
      // Not there in this version.
    }
  }
  return null;
}

async function download() {
  await mkdir(join(folder, '..'), { recursive: true });
  const work = await mkdtemp(`${folder}.part-`);
  try {
    // A folder of its own, so that npm does not look at this package.
    const { stdout } = await run('npm', ['pack', `@openai/codex@${version}`, '--json'], { cwd: work });
    const [{ filename }] = JSON.parse(stdout);
    await run('tar', ['-xzf', filename], { cwd: work });
    await rm(join(work, filename));
    for (const place of places) await chmod(join(work, 'package', place), 0o755).catch(() => {});
    if ((await binaryIn(work)) === null) throw new Error(`@openai/codex@${version} holds no binary for Linux on x64`);
    await rename(work, folder).catch(async (error) => {
      // Somebody else was faster.
      if ((await binaryIn(folder)) === null) throw error;
    });
    return await binaryIn(folder);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

process.stdout.write(`${(await binaryIn(folder)) ?? (await download())}\n`);
