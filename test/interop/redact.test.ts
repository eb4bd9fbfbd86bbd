import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { type Catalog, loadCatalog } from '../../src/engine/catalog.ts';
import { reconstruct } from '../../src/engine/reconstruct.ts';
import { redactSession } from '../../src/engine/redact/copy/redact-session.ts';
import { openRedactor } from '../../src/engine/redact/open-redactor.ts';
import type { ModelItem } from '../../src/model/history.ts';
import { homeAt } from '../../src/store/home.ts';
import { envelope, paginated, record, TestHome, turn } from '../builders.ts';
import { isFull } from '../faults/recorder-runs.ts';
import { createRandom } from '../support/random.ts';
import { inServer, listEverything } from './app-server.ts';
import { canRunCodex } from './codex.ts';
import { differenceOf } from './compare-items.ts';
import { makeResumeRig, prompt, type ResumeRig } from './resume-rig.ts';

const corpus = process.env.SESSIONS_CORPUS;
const seed = Number(process.env.SESSIONS_SEED ?? 1 + Math.floor(Math.random() * 1e6));

/** Homes that the real Codex wrote, and how many copies are resumed in a run of samples. */
const homes: [name: string, sample: number][] = [
  ['0.45.0', 4],
  ['0.98.0', 5],
  ['0.120.0', 5],
  ['0.169.0', 10],
  ['0.169.0-zst', 2],
];

describe.skipIf(!canRunCodex || !corpus).each(homes)(`redacted copies of %s (seed ${seed})`, (name, sample) => {
  let rig: ResumeRig;
  beforeAll(async () => {
    rig = await makeResumeRig({ copyOf: join(corpus as string, name) });
  }, 300_000);
  afterAll(() => rig.remove());

  it('are resumed by Codex 0.169 with what is in effect, redacted, and listed', { timeout: 3_600_000 }, async () => {
    const { threadIds } = await loadCatalog(homeAt(rig.home));
    const faults: string[] = [];
    const copies: string[] = [];
    for (const id of sampleOf([...threadIds].sort(), sample)) {
      // Read anew each time: what Codex resumes, and what that goes on from, it unpacks.
      const catalog = await loadCatalog(homeAt(rig.home));
      if (isEmpty(catalog, id)) {
        await expect(redactAll(catalog, id)).rejects.toThrow('holds no record');
        continue;
      }
      const { threadId } = await redactAll(catalog, id);
      copies.push(threadId);
      const [before, after] = [await reconstruct(catalog, id, quiet), await reconstruct(catalog, threadId, quiet)];
      if (after.obstacle !== null) faults.push(`${id}: ${after.obstacle}`);
      if (JSON.stringify(shapes(before.items)) !== JSON.stringify(shapes(after.items)))
        faults.push(`${id}: other items`);
      const sent = await rig.resume(threadId, after.settings.model).catch((error: Error) => error.message);
      const difference = typeof sent === 'string' ? sent.slice(-800) : differenceOf(after.items, asked(sent));
      if (difference) faults.push(`${id}: ${difference}`);
    }
    expect(faults).toEqual([]);
    const listed = new Set((await inServer(rig, (server) => listEverything(server))).map((thread) => thread.id));
    const catalog = await loadCatalog(homeAt(rig.home));
    // What shows no message of the user's is not listed by Codex, be it a copy or not.
    const unlisted = copies.filter((id) => !listed.has(id));
    expect(
      unlisted.filter((id) => readFileSync(catalog.thread(id)[0]?.path as string, 'utf8').includes('"user_message"')),
    ).toEqual([]);
  });
});

describe.skipIf(!canRunCodex).each(['envelope', 'paginated'] as const)(
  'a session with secrets in the %s form',
  (form) => {
    let rig: ResumeRig;
    beforeAll(async () => {
      rig = await makeResumeRig();
    }, 300_000);
    afterAll(() => rig.remove());

    it('is resumed by Codex 0.169 without them', { timeout: 120_000 }, async () => {
      const id = '01980000-0001-7000-8000-0000000000aa';
      const token = `ghp_${'aB3dE5gH7j'.repeat(4).slice(0, 36)}`;
      const more = form === 'paginated' ? { history_mode: 'paginated' } : {};
      const meta = record.meta(id, {
        source: 'exec',
        originator: 'codex_exec',
        cli_version: '0.169.0',
        cwd: '/home/alice/secret',
        ...more,
      });
      const entries = [meta, ...turn(`use ${token} in /home/alice/x`), ...turn('and then?')];
      new TestHome(rig.home).rollout(id, form === 'paginated' ? paginated(0, ...entries) : envelope(...entries));
      const catalog = await loadCatalog(homeAt(rig.home));
      const { threadId, path } = await redactAll(catalog, id);
      const sent = JSON.stringify(await rig.resume(threadId));
      expect(sent).toContain('use [redacted:github-token:1] in /home/[redacted:home-path:1]/x');
      expect(sent).toContain('and then?');
      expect(sent).not.toContain(token);
      expect(sent).not.toContain('alice');
      expect(readFileSync(path, 'utf8')).not.toContain('alice');
    });
  },
);

/** Codex creates the file of a session before it writes the first record; a session that was left then stays empty. */
function isEmpty(catalog: Catalog, id: string): boolean {
  return catalog.thread(id).every(({ path }) => statSync(path).size === 0);
}

const quiet = { report: () => {} };

async function redactAll(catalog: Catalog, id: string) {
  return redactSession(catalog, id, {
    ...{ redactor: await openRedactor(), clock: systemClock, signal: new AbortController().signal, report: () => {} },
  });
}

function shapes(items: readonly ModelItem[]): unknown[] {
  return items.map(({ type, role, call_id: callId }) => [type, role, callId]);
}

/** Where the tokens that were recorded come near to the limit, Codex asks for a summary first. */
function asked(sent: ModelItem[]): ModelItem[] {
  const isSummary = JSON.stringify(sent.at(-1)).includes('CONTEXT CHECKPOINT COMPACTION');
  return isSummary
    ? [...sent.slice(0, -1), { type: 'message', role: 'user', content: [{ type: 'input_text', text: prompt }] }]
    : sent;
}

function sampleOf<Item>(items: Item[], count: number): Item[] {
  if (isFull) return items;
  const random = createRandom(seed);
  return items
    .map((item) => ({ item, at: random() }))
    .sort((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ item }) => item);
}
