// The programs that this one is measured against and that a machine does not have by itself, fetched through npm.
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/**
 * ccusage from npm: as its users start it, through a start script in Node, and its native binary by itself.
 *
 * @throws Error when npm cannot bring it
 */
export function ccusage({ folder }) {
  const native = `@ccusage/ccusage-${process.platform}-${process.arch}`;
  const binary = join(folder, 'node_modules', native, 'bin/ccusage');
  if (!existsSync(binary)) {
    // Named, because an optional dependency may be left out without a word.
    execFileSync('npm', ['install', '--silent', '--no-save', '--prefix', folder, 'ccusage', native]);
    chmodSync(binary, 0o755);
  }
  return { program: join(folder, 'node_modules/.bin/ccusage'), binary };
}

/**
 * The path of the real Codex. It is cached, in the folder that $SESSIONS_CODEX_CACHE names.
 *
 * @throws Error when npm cannot bring it
 */
export function codexBinary() {
  const script = fileURLToPath(new URL('../scripts/fetch-codex.mjs', import.meta.url));
  return execFileSync(process.execPath, [script], { encoding: 'utf8' }).trim();
}

/** Seconds from the start of the real Codex until it has answered with the first page of its list. */
export async function codexFirstPage(codex, home) {
  const begun = process.hrtime.bigint();
  const child = spawn(codex, ['app-server'], {
    env: { PATH: process.env.PATH, HOME: home, CODEX_HOME: home },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const call = async (id, method, params) => {
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
    for (let line = await answers.next(); !line.done; line = await answers.next()) {
      const { id: of, result, error } = JSON.parse(line.value);
      if (error) throw new Error(`codex: ${error.message}`);
      if (of === id) return result;
    }
    throw new Error(`codex ended before it answered ${method}`);
  };
  try {
    await call(1, 'initialize', { clientInfo: { name: 'bench', version: '1' } });
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', method: 'initialized' })}\n`);
    const { data } = await call(2, 'thread/list', { limit: 25 });
    if (data.length !== 25) throw new Error(`codex listed ${data.length} sessions instead of 25`);
    return Number(process.hrtime.bigint() - begun) / 1e9;
  } finally {
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
  }
}

/** Removes the databases of Codex, or ours, from a home. */
export function forget(home, prefix) {
  mkdirSync(home, { recursive: true });
  for (const name of readdirSync(home)) if (name.startsWith(prefix)) rmSync(join(home, name), { recursive: true });
}
