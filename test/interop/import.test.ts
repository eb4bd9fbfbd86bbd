import { cpSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../src/engine/catalog.ts';
import type { Imported } from '../../src/engine/import/import-sessions.ts';
import { readHead } from '../../src/engine/read-head.ts';
import { reconstruct } from '../../src/engine/reconstruct.ts';
import type { ModelItem } from '../../src/model/history.ts';
import { homeAt } from '../../src/store/home.ts';
import { makeFolder } from '../builders.ts';
import { isFull } from '../faults/recorder-runs.ts';
import { sampleOf } from '../support/kill-points.ts';
import { createRandom } from '../support/random.ts';
import { runHere } from '../support/run-here.ts';
import { inServer, listEverything } from './app-server.ts';
import { canRunCodex } from './codex.ts';
import { differenceOf } from './compare-items.ts';
import { makeResumeRig, prompt, type ResumeRig } from './resume-rig.ts';

const corpus = process.env.SESSIONS_CORPUS;
const seed = Number(process.env.SESSIONS_SEED ?? 1 + Math.floor(Math.random() * 1e6));
const cases = ['0.98.0', '0.120.0', '0.169.0', '0.169.0-zst'].flatMap((home) =>
  (['raw', 'ndjson', 'bundle'] as const).flatMap((form) => [false, true].map((newIds) => ({ home, form, newIds }))),
);
const run = (home: string, ...args: string[]) =>
  runHere(args, { env: { CODEX_HOME: home, PATH: process.env.PATH ?? '' } });

describe.skipIf(!canRunCodex || !corpus)(`sessions that were imported (seed ${seed})`, () => {
  it.each(cases)(
    'from $form of $home, with new ids: $newIds, are listed, read and resumed by Codex',
    {
      timeout: 3_600_000,
    },
    async ({ home, form, newIds }) => {
      const rig = await makeResumeRig();
      try {
        const from = makeFolder();
        cpSync(join(corpus as string, home), from, { recursive: true });
        const ids = (await run(from, 'ls', '-q', '--no-index')).out.toString().split('\n').filter(Boolean);
        const files = await pack(from, form, ids);
        const imported = await run(rig.home, 'import', '--json', ...(newIds ? ['--new-ids'] : []), ...files);
        expect([imported.code, imported.code === 0 || imported.err]).toEqual([0, true]);
        const records = imported.out
          .toString()
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as Imported);
        const threads = [...new Set(records.map(({ thread_id: id }) => id))].sort();
        const faults: string[] = [];
        for (const id of isFull ? threads : sampleOf(threads, 4, createRandom(seed))) {
          const fault = await resumeFault(rig, id);
          if (fault) faults.push(`${id}: ${fault}`);
        }
        expect(faults).toEqual([]);
        const listed = new Set((await inServer(rig, (server) => listEverything(server))).map((thread) => thread.id));
        const before = await listedIn(from);
        // What Codex did not list where it was, it does not list here.
        const wanted = records.filter(({ original_thread_id: was, thread_id: id }) => before.has(was ?? id));
        expect(wanted.map(({ thread_id: id }) => id).filter((id) => !listed.has(id))).toEqual([]);
        expect(wanted.length).toBeGreaterThan(0);
      } finally {
        await rig.remove();
      }
    },
  );
});

async function pack(from: string, form: 'raw' | 'ndjson' | 'bundle', ids: string[]): Promise<string[]> {
  const folder = makeFolder();
  if (form === 'bundle') {
    const path = join(folder, 'all.tar');
    expect((await run(from, 'export', '--format', 'bundle', '--no-validate', '-o', path, ...ids)).code).toBe(0);
    return [path];
  }
  if (form === 'ndjson') {
    const path = join(folder, 'all.jsonl');
    writeFileSync(path, (await run(from, 'export', '--no-validate', ...ids)).out);
    return [path];
  }
  // What goes on from another file is brought in by the other forms.
  const catalog = await loadCatalog(homeAt(from));
  const alone = ids.map((id) => catalog.thread(id)).filter((files) => files.length === 1);
  const files = alone.flat().filter(({ path }) => statSync(path).size > 0);
  const heads = await Promise.all(files.map(({ path }) => readHead(path)));
  return files.filter((_, index) => heads[index]?.base === null).map(({ path }) => path);
}

async function resumeFault(rig: ResumeRig, id: string) {
  // Read anew each time: what Codex resumes, and what that goes on from, it unpacks.
  const catalog = await loadCatalog(homeAt(rig.home));
  const { items, settings, obstacle } = await reconstruct(catalog, id, { report: () => {} });
  // One file of the corpus is empty.
  if (obstacle !== null) return obstacle === 'its file holds no record' ? null : obstacle;
  const sent = await rig.resume(id, settings.model).catch((error: Error) => error.message);
  return typeof sent === 'string' ? sent.slice(-800) : differenceOf(items, asked(sent));
}

/** Where the tokens that were recorded come near to the limit, Codex asks for a summary first. */
function asked(sent: ModelItem[]): ModelItem[] {
  const isSummary = JSON.stringify(sent.at(-1)).includes('CONTEXT CHECKPOINT COMPACTION');
  return isSummary
    ? [...sent.slice(0, -1), { type: 'message', role: 'user', content: [{ type: 'input_text', text: prompt }] }]
    : sent;
}

async function listedIn(home: string): Promise<Set<string>> {
  const rig = await makeResumeRig({ copyOf: home });
  try {
    return new Set((await inServer(rig, (server) => listEverything(server))).map((thread) => thread.id));
  } finally {
    await rig.remove();
  }
}
