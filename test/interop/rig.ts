import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { envelope, record, rolloutName, turn } from '../builders.ts';
import { type Outcome, runProgram } from '../support/run-program.ts';
import type { CodexRig } from './app-server.ts';
import { codexBinary } from './codex.ts';
import { startMockModel } from './mock-model.ts';

export interface Rig extends CodexRig {
  /** Runs our own program in this home. */
  sessions(...args: string[]): Promise<Outcome>;
  /** Writes a session of the kind that Codex up to 0.147 wrote, and returns its path. */
  addLegacy(id: string, text: string): Promise<string>;
  remove(): Promise<void>;
}

/** A home with a model on loopback, for one version of the real Codex. */
export async function makeRig(version?: string): Promise<Rig> {
  const codex = await codexBinary(version);
  const root = await mkdtemp(join(tmpdir(), 'sessions-interop-'));
  const home = join(root, 'home');
  await mkdir(join(root, 'work'));
  await mkdir(home, { mode: 0o700 });
  const model = await startMockModel([]);
  await writeFile(join(home, 'config.toml'), configFor(model.url));
  return {
    codex,
    root,
    home,
    sessions: (...args) => runProgram(args, { env: { CODEX_HOME: home } }),
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

function configFor(url: string): string {
  return `model = "gpt-5.1-codex"
model_provider = "mock"

[model_providers.mock]
name = "mock"
base_url = "${url}"
wire_api = "responses"
env_key = "MOCK_KEY"
request_max_retries = 0
stream_max_retries = 0
`;
}
