import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import type { Config } from '../../../src/runner/config/config.ts';
import { type ConfigInput, loadConfig } from '../../../src/runner/config/load-config.ts';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export interface TestHome {
  home: string;
  cwd: string;
  /** Loads from this home, with a key in the environment. */
  load(input?: Partial<ConfigInput>): Promise<Config>;
}

/** A home with a `config.toml`, our own settings beside it, and a working directory. */
export function makeHome(toml: string | null = null, own: string | null = null): TestHome {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'config-')));
  made.push(root);
  const [home, cwd] = [join(root, 'home'), join(root, 'work')];
  mkdirSync(join(home, '.sessions'), { recursive: true });
  mkdirSync(cwd);
  if (toml !== null) writeFileSync(join(home, 'config.toml'), toml);
  if (own !== null) writeFileSync(join(home, '.sessions', 'config.toml'), own);
  return {
    home,
    cwd,
    load: (input) => loadConfig({ home, cwd, env: { OPENAI_API_KEY: 'sk-x', HOME: root }, ...input }),
  };
}
