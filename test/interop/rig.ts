import { chmod, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ThreadRow } from '../../src/model/thread-row.ts';
import { envelope, record, rolloutName, turn } from '../builders.ts';
import { type Outcome, runProgram } from '../support/run-program.ts';
import type { CodexRig } from './app-server.ts';
import { codexBinary } from './codex.ts';
import { codexConfig } from './codex-config.ts';
import { startMockModel } from './mock-model.ts';

export interface Rig extends CodexRig {
  /** Runs our own program in this home. */
  sessions(...args: string[]): Promise<Outcome>;
  /** The rows of `ls --json`. @throws Error when it did not end well or had anything to say */
  list(...options: string[]): Promise<ThreadRow[]>;
  /** Writes a session of the kind that Codex up to 0.147 wrote, and returns its path. */
  addLegacy(id: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

/**
 * A home with a model on loopback, for one version of the real Codex.
 *
 * @param source a home to begin with a copy of; times of files are kept
 */
export async function makeRig(version?: string, source?: string): Promise<Rig> {
  const codex = await codexBinary(version);
  const root = await mkdtemp(join(tmpdir(), 'sessions-interop-'));
  const home = join(root, 'home');
  await mkdir(join(root, 'work'));
  if (source) await copyHome(source, home);
  else await mkdir(home, { mode: 0o700 });
  const model = await startMockModel([]);
  await writeFile(join(home, 'config.toml'), codexConfig(model.url));
  const sessions = (...args: string[]) => runProgram(args, { env: { CODEX_HOME: home } });
  return {
    codex,
    root,
    home,
    sessions,
    async list(...options) {
      const { code, stdout, stderr } = await sessions('ls', '--json', ...options);
      if (code !== 0 || stderr) throw new Error(`ls ${options.join(' ')} ended with ${code}: ${stderr}`);
      const lines = stdout.toString().split('\n').filter(Boolean);
      return lines.map((line) => JSON.parse(line) as ThreadRow);
    },
    async addLegacy(id, text) {
      const folder = join(home, 'sessions/2026/01/02');
      await mkdir(folder, { recursive: true });
      const path = join(folder, rolloutName(id));
      const meta = record.meta(id, { cwd: join(root, 'work'), source: 'vscode', model_provider: 'mock' });
      const lines = envelope(meta, ...turn(text));
      await writeFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      return path;
    },
    async remove() {
      await model.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** Writable, also where the source is not. */
async function copyHome(source: string, home: string): Promise<void> {
  await cp(source, home, { recursive: true, preserveTimestamps: true });
  for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o700 : 0o600);
  }
  await chmod(home, 0o700);
}
