import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { ModelItem } from '../../src/model/history.ts';
import { openCodexDatabase } from '../support/codex-database.ts';
import { runExec } from './app-server.ts';
import { codexBinary } from './codex.ts';
import { codexConfig } from './codex-config.ts';
import { startMockModel } from './mock-model.ts';

/** A home that the real Codex resumes sessions of, with a model that tells what it was sent. */
export interface ResumeRig {
  codex: string;
  /** Holds `home` and `work`. */
  root: string;
  home: string;
  /** Resumes a session with a prompt, and gives the input of the first request. */
  resume(id: string, model?: string | null): Promise<ModelItem[]>;
  remove(): Promise<void>;
}

/** The prompt that sessions are resumed with. */
export const prompt = 'the next question';

/**
 * @param options.copyOf a home to begin with; its archived sessions are brought back
 * @param options.version of Codex, as npm knows it; the newest one that is known when absent
 * @param options.keepsDatabase its database goes along, with the paths in it set right; without one, Codex searches for files
 */
export async function makeResumeRig(
  options: { copyOf?: string; version?: string; keepsDatabase?: boolean } = {},
): Promise<ResumeRig> {
  const codex = await codexBinary(options.version);
  const root = await mkdtemp(join(tmpdir(), 'sessions-interop-'));
  const home = join(root, 'home');
  await mkdir(join(root, 'work'));
  if (options.copyOf) await cp(options.copyOf, home, { recursive: true });
  await mkdir(join(home, 'sessions/2026/01/02'), { recursive: true });
  await bringBack(home);
  if (options.keepsDatabase) rebase(home);
  else for (const name of await readdir(home)) if (name.includes('.sqlite')) await rm(join(home, name));
  const model = await startMockModel([]);
  await writeFile(join(home, 'config.toml'), codexConfig(model.url, 'gpt-5.5'));
  const rig = { codex, root, home };
  return {
    ...rig,
    async resume(id, name) {
      const before = model.requests.length;
      await runExec(rig, ...(name ? ['-m', name] : []), 'resume', id, prompt);
      return (model.requests[before]?.input ?? []) as ModelItem[];
    },
    async remove() {
      await model.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function bringBack(home: string): Promise<void> {
  const archive = join(home, 'archived_sessions');
  for (const name of existsSync(archive) ? await readdir(archive) : []) {
    const [, year, month, day] = /rollout-(\d+)-(\d+)-(\d+)/.exec(name) as unknown as [string, string, string, string];
    const folder = join(home, 'sessions', year, month, day);
    await mkdir(folder, { recursive: true });
    await rename(join(archive, name), join(folder, name));
  }
}

/** A database holds absolute paths, of the place where the home was made. */
function rebase(home: string): void {
  const database = openCodexDatabase(home);
  const rows = database.prepare('SELECT id, rollout_path FROM threads').all() as { id: string; rollout_path: string }[];
  const set = database.prepare('UPDATE threads SET rollout_path = ?, archived = 0, archived_at = NULL WHERE id = ?');
  for (const { id, rollout_path: path } of rows) {
    const [, year, month, day] = /rollout-(\d+)-(\d+)-(\d+)/.exec(path) as unknown as [string, string, string, string];
    set.run(join(home, 'sessions', year, month, day, basename(path)), id);
  }
  database.close();
}
