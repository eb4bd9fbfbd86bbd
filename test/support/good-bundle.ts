import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { idOf, makeFolder, type TestHome } from '../builders.ts';
import { filesOf, remakeUnsigned } from './bundles.ts';
import { runHere } from './run-here.ts';
import { makeKey, SealedHome, sessionLines } from './sealed-home.ts';

/** A signed bundle of a session and its copied fork, both sealed, and what is done with it. */
export class GoodBundle {
  readonly one = idOf(1);
  readonly out = makeFolder();
  readonly sealed = new SealedHome();
  /** The folder. */
  readonly good = join(this.out, 'good');
  /** A key of somebody who is not the owner. */
  readonly strange = makeKey(this.out, 'strange');
  fork = '';
  #count = 0;

  async make(): Promise<void> {
    const { sealed, one, good } = this;
    sealed.home.rollout(one, sessionLines(one, 2));
    this.fork = (await runHere(['fork', one], { env: sealed.env })).out.toString().trim();
    expect((await sealed.runSeal()).code).toBe(0);
    const command = ['export', '--format', 'bundle', '--key', sealed.key, '-o', good, one, this.fork];
    expect((await runHere(command, { env: sealed.env })).code).toBe(0);
  }

  /** Another one that was changed, by somebody who knows how it is made. */
  changed(change: (folder: string) => void, remake: (folder: string) => void = remakeUnsigned): string {
    const folder = join(this.out, `changed-${this.#count++}`);
    cpSync(this.good, folder, { recursive: true });
    change(folder);
    remake(folder);
    return folder;
  }

  async importInto(home: TestHome, ...args: string[]) {
    const env = { CODEX_HOME: home.path, HOME: this.sealed.outside, PATH: process.env.PATH ?? '' };
    const asked = ['import', '--json', '--allow-unsigned', '--key', this.sealed.key, ...args];
    const { code, out, err } = await runHere(asked, { env });
    const lines = out.toString().split('\n').filter(Boolean);
    const records = lines.map((line) => JSON.parse(line));
    return { code, err, records, seals: records.map(({ seal }) => seal) };
  }
}

/** Neither rollouts, nor notes, nor seals. */
export function expectEmpty({ path }: TestHome): void {
  const kept = ['sessions', 'archived_sessions', '.sessions/lineage', '.sessions/seals'];
  const folders = kept.map((name) => join(path, name)).filter(existsSync);
  const files = folders.flatMap((folder) => filesOf(folder));
  expect(files.filter((name) => name !== 'lock' && !name.startsWith('log'))).toEqual([]);
}
