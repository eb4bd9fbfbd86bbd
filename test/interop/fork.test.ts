import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { type Catalog, loadCatalog } from '../../src/engine/catalog.ts';
import type { ForkMethod } from '../../src/engine/fork/fork-method.ts';
import { type Forked, forkSession } from '../../src/engine/fork.ts';
import { reconstruct } from '../../src/engine/reconstruct.ts';
import type { ModelItem } from '../../src/model/history.ts';
import { homeAt } from '../../src/store/home.ts';
import { isFull } from '../faults/recorder-runs.ts';
import { createRandom } from '../support/random.ts';
import { inServer, listEverything } from './app-server.ts';
import { canRunCodex } from './codex.ts';
import { conversation, differenceOf } from './compare-items.ts';
import { makeResumeRig, prompt, type ResumeRig } from './resume-rig.ts';

const corpus = process.env.SESSIONS_CORPUS;
const seed = Number(process.env.SESSIONS_SEED ?? 1 + Math.floor(Math.random() * 1e6));

/** Homes that the real Codex wrote, how their sessions are forked, and how many forks are resumed in a run of samples. */
const homes: [name: string, method: ForkMethod | null, sample: number][] = [
  ['0.20.0', null, 5],
  ['0.45.0', null, 4],
  ['0.98.0', null, 6],
  ['0.120.0', null, 6],
  ['0.169.0', null, 10],
  ['0.169.0', 'copy', 10],
  ['0.169.0-zst', null, 2],
];

describe.skipIf(!canRunCodex || !corpus).each(homes)(`forks of %s (%s; seed ${seed})`, (name, method, sample) => {
  let rig: ResumeRig;
  beforeAll(async () => {
    rig = await makeResumeRig({ copyOf: join(corpus as string, name) });
  }, 300_000);
  afterAll(() => rig.remove());

  it('are resumed by Codex 0.169 with exactly what they inherit, and listed', { timeout: 3_600_000 }, async () => {
    const turns = await everyTurn(await loadCatalog(homeAt(rig.home)));
    const faults: string[] = [];
    const forks: Forked[] = [];
    for (const [id, turn] of sampleOf(turns, sample)) {
      // Read anew each time: what Codex resumes, and what that goes on from, it unpacks.
      const catalog = await loadCatalog(homeAt(rig.home));
      const forked = await forkAt(catalog, id, turn, method);
      forks.push(forked);
      const history = await reconstruct(catalog, forked.threadId, { report: () => {} });
      const place = `${id} at ${turn} (${forked.method})`;
      if (history.obstacle !== null) faults.push(`${place}: ${history.obstacle}`);
      const sent = await rig.resume(forked.threadId, history.settings.model).catch((error: Error) => error.message);
      const difference = typeof sent === 'string' ? sent.slice(-800) : differenceOf(history.items, asked(sent));
      if (difference) faults.push(`${place}: ${difference}`);
    }
    expect(faults).toEqual([]);
    const listed = new Set((await inServer(rig, (server) => listEverything(server))).map((thread) => thread.id));
    expect(forks.filter(({ threadId }) => !listed.has(threadId))).toEqual([]);
  });
});

describe.skipIf(!canRunCodex || !corpus).each([
  ['0.120.0', null],
  ['0.169.0', 'reference'],
  ['0.169.0', 'copy'],
] as const)('a fork of %s with a folder of its own (%s)', (name, method) => {
  let rig: ResumeRig;
  beforeAll(async () => {
    rig = await makeResumeRig({ copyOf: join(corpus as string, name) });
  }, 300_000);
  afterAll(() => rig.remove());

  it('is resumed there by Codex 0.169', { timeout: 120_000 }, async () => {
    const catalog = await loadCatalog(homeAt(rig.home));
    const [id, turn] = (await everyTurn(catalog)).at(0) as [string, number];
    const { threadId } = await forkAt(catalog, id, turn, method, rig.root);
    const { cwd } = await inServer(rig, (server) => server.call('thread/resume', { threadId }));
    expect(cwd).toBe(rig.root);
    const { items } = await reconstruct(catalog, threadId, { report: () => {} });
    expect(differenceOf(items, asked(await rig.resume(threadId)))).toBeNull();
  });
});

const older = homes.filter(([name, method]) => !name.startsWith('0.169') && method === null);

describe.skipIf(!canRunCodex || !corpus).each(older)(`forks of %s (%s; seed ${seed})`, (name, method, sample) => {
  let rig: ResumeRig;
  beforeAll(async () => {
    rig = await makeResumeRig({ copyOf: join(corpus as string, name), version: '0.120.0-linux-x64' });
  }, 300_000);
  afterAll(() => rig.remove());

  it('are resumed by Codex 0.120 with what was said in them, and listed', { timeout: 3_600_000 }, async () => {
    const turns = await everyTurn(await loadCatalog(homeAt(rig.home)));
    const faults: string[] = [];
    const forks: Forked[] = [];
    for (const [id, turn] of sampleOf(turns, sample)) {
      // Read anew each time: what Codex resumes, and what that goes on from, it unpacks.
      const catalog = await loadCatalog(homeAt(rig.home));
      const forked = await forkAt(catalog, id, turn, method);
      forks.push(forked);
      const { items, settings } = await reconstruct(catalog, forked.threadId, { report: () => {} });
      const sent = await rig.resume(forked.threadId, settings.model).catch((error: Error) => error.message);
      const wanted = [...conversation(plainly(items)), `user: ${prompt}`];
      const got = typeof sent === 'string' ? [sent.slice(-800)] : conversation(plainly(asked(sent)));
      const at = wanted.findIndex((line, index) => line !== got[index]);
      if (at >= 0)
        faults.push(`${id} at ${turn}, item ${at}: ${wanted[at]?.slice(0, 300)} | ${got[at]?.slice(0, 300)}`);
    }
    expect(faults).toEqual([]);
    const listed = new Set((await inServer(rig, (server) => listEverything(server))).map((thread) => thread.id));
    expect(forks.filter(({ threadId }) => !listed.has(threadId))).toEqual([]);
  });
});

async function everyTurn(catalog: Catalog): Promise<[id: string, turn: number][]> {
  const all: [string, number][] = [];
  for (const id of [...catalog.threadIds].sort()) {
    const { turns } = await reconstruct(catalog, id, { report: () => {} });
    for (let turn = 1; turn <= turns; turn++) all.push([id, turn]);
  }
  return all;
}

function sampleOf<Item>(items: Item[], count: number): Item[] {
  if (isFull) return items;
  const random = createRandom(seed);
  return items
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, count)
    .map(({ item }) => item);
}

/** Where the tokens that were recorded come near to the limit, Codex asks for a summary first. */
function asked(sent: ModelItem[]): ModelItem[] {
  const isSummary = JSON.stringify(sent.at(-1)).includes('CONTEXT CHECKPOINT COMPACTION');
  return isSummary
    ? [...sent.slice(0, -1), { type: 'message', role: 'user', content: [{ type: 'input_text', text: prompt }] }]
    : sent;
}

/** Of outputs in the form of Codex up to 0.98, which 0.120 puts into words, what was put out. */
function plainly(items: readonly ModelItem[]): ModelItem[] {
  return items.map((item) => {
    if (typeof item.output !== 'string') return item;
    const inner = /^\{"output":/.test(item.output) ? (JSON.parse(item.output).output as string) : item.output;
    const words = inner.replace(/^(?:Exit code: [\s\S]*?\nOutput:\n|Total output lines: \d+\n\n)/, '');
    return { ...item, output: words.slice(0, 200) };
  });
}

function forkAt(
  catalog: Catalog,
  id: string,
  turn: number,
  method: ForkMethod | null,
  cwd: string | null = null,
): Promise<Forked> {
  return forkSession(catalog, id, {
    ...{ point: { kind: 'end-of', turn }, method, cwd, fallbackCwd: '/', version: '0.0.0' },
    ...{ clock: systemClock, signal: new AbortController().signal, report: () => {} },
  });
}
