import { createHash } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { type Catalog, loadCatalog } from '../../../src/engine/catalog.ts';
import type { ForkMethod } from '../../../src/engine/fork/fork-method.ts';
import { forkSession } from '../../../src/engine/fork.ts';
import { reconstruct } from '../../../src/engine/reconstruct.ts';
import type { SessionResolver } from '../../../src/engine/resolve-session.ts';
import { validateTarget } from '../../../src/engine/validate/validate.ts';
import { readCodexMemoryOff } from '../../../src/index/codex-db.ts';
import { homeAt } from '../../../src/store/home.ts';
import { makeFolder } from '../../builders.ts';
import { runHere } from '../../support/run-here.ts';

const corpus = process.env.SESSIONS_CORPUS;
const homes: [name: string, method: ForkMethod | null][] = [
  ['0.20.0', null],
  ['0.45.0', null],
  ['0.98.0', null],
  ['0.120.0', null],
  ['0.169.0', null],
  ['0.169.0', 'copy'],
  ['0.169.0-zst', null],
];
const signal = new AbortController().signal;

describe.skipIf(!corpus).each(homes)('every session of %s (%s)', (name, method) => {
  it('forks at every turn, and its history counts once', { timeout: 300_000 }, async () => {
    const path = join(makeFolder(), 'home');
    cpSync(join(corpus as string, name), path, { recursive: true });
    const catalog = await loadCatalog(homeAt(path));
    const tallied = await tallyOf(path);
    const faults: string[] = [];
    let forks = 0;
    for (const id of [...catalog.threadIds]) {
      const before = digestsOf(catalog, id);
      const { turns } = await reconstruct(catalog, id, { report: () => {} });
      for (let turn = 1; turn <= turns; turn++) {
        const fault = await checkFork(catalog, id, turn, method);
        if (fault) faults.push(`${id} at ${turn}: ${fault}`);
        forks++;
      }
      if (JSON.stringify(digestsOf(catalog, id)) !== JSON.stringify(before)) faults.push(`${id}: was changed`);
    }
    expect(faults).toEqual([]);
    expect(forks).toBeGreaterThan(3);
    expect(await tallyOf(path)).toEqual(tallied);
  });
});

async function checkFork(
  catalog: Catalog,
  id: string,
  turn: number,
  method: ForkMethod | null,
): Promise<string | null> {
  const forked = await forkSession(catalog, id, {
    ...{ point: { kind: 'end-of', turn }, method, cwd: null, fallbackCwd: '/nowhere', version: '0.0.0' },
    ...{ clock: systemClock, signal, report: () => {} },
  });
  const parent = await stateOf(catalog, id, turn);
  const child = await stateOf(catalog, forked.threadId);
  // Of a paginated session, Codex keeps it in its database alone.
  if ((await readCodexMemoryOff(catalog.home.path)).has(id)) parent.memoryMode = 'disabled';
  if (JSON.stringify(child) !== JSON.stringify(parent)) return differenceOf(child, parent);
  const known = new Set(await findingsOf(catalog, id));
  const more = (await findingsOf(catalog, forked.threadId)).filter((finding) => !known.has(finding));
  return more.length > 0 ? `new findings ${more.join(', ')}` : null;
}

/** All that a fork has in common with its parent. */
async function stateOf(catalog: Catalog, id: string, at?: number) {
  const history = await reconstruct(catalog, id, { at, report: () => {} });
  const { threadId: _, forkedFrom: __, obstacle: ___, turns: ____, settings, ...state } = history;
  return { ...state, settings: { ...settings, cwd: settings.cwd ?? '/nowhere' } };
}

function differenceOf(child: object, parent: object): string {
  const keys = Object.keys(parent) as (keyof typeof parent)[];
  const other = keys.filter((key) => JSON.stringify(child[key]) !== JSON.stringify(parent[key]));
  return other.map((key) => `${key} is ${shown(child[key])}, not ${shown(parent[key])}`).join('; ');
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? '').slice(0, 300);
}

function digestsOf(catalog: Catalog, id: string): string[] {
  return catalog.thread(id).map(({ path }) => createHash('sha256').update(readFileSync(path)).digest('hex'));
}

/** Rules and how much they weigh. */
async function findingsOf(catalog: Catalog, id: string): Promise<string[]> {
  const options = { now: systemClock.now(), signal, strictPermissions: false };
  const sessions = { catalog: async () => catalog } as SessionResolver;
  const found: string[] = [];
  for await (const { rule, severity } of validateTarget(sessions, { kind: 'thread', threadId: id }, options)) {
    found.push(`${rule} (${severity})`);
  }
  return found;
}

/** What all sessions of a home come to. */
async function tallyOf(home: string): Promise<object> {
  const { out } = await runHere(['stats', '--json'], { env: { CODEX_HOME: home } });
  const { sessions: _, since: __, until: ___, first_at: ____, last_at: _____, ...tally } = JSON.parse(out.toString());
  return tally;
}
