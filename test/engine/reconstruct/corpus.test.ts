import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Catalog, loadCatalog } from '../../../src/engine/catalog.ts';
import { openThread } from '../../../src/engine/open-thread.ts';
import { fileAlone } from '../../../src/engine/read-thread.ts';
import { replayStateText } from '../../../src/engine/reconstruct/replay-state.ts';
import { reconstruct, reconstructFile } from '../../../src/engine/reconstruct.ts';
import { readRecorded } from '../../../src/engine/recorded.ts';
import { validateReplayState } from '../../../src/format/schemas.ts';
import type { Event } from '../../../src/model/event.ts';
import type { History } from '../../../src/model/history.ts';
import { homeAt } from '../../../src/store/home.ts';
import { makeHome } from '../../builders.ts';

/** A folder with a home per version of the real Codex, each written by it. */
const corpus = process.env.SESSIONS_CORPUS;
const homes = corpus ? readdirSync(corpus).filter((name) => /^\d/.test(name)) : [];

const report = () => {};

describe.skipIf(!corpus)('the corpus', () => {
  it('holds homes', () => {
    expect(homes.length).toBeGreaterThan(0);
  });
});

describe.skipIf(!corpus).each(homes)('the sessions of %s', (name) => {
  const sessions = () => sessionsOf(join(corpus as string, name));

  it('come to a state with as many turns as are shown, in the published form', async () => {
    for await (const { catalog, id, events } of sessions()) {
      const state = await reconstruct(catalog, id, { report });
      expect([id, state.turns]).toEqual([id, lastTurn(events)]);
      const printed = JSON.parse([...replayStateText(state, null)].join(''));
      expect([id, validateReplayState(printed)]).toEqual([id, { ok: true, unknown: null }]);
      expect(printed.items).toEqual(state.items);
    }
  });

  it('come to the same at their last turn as at their end, unless that was taken back', async () => {
    let compared = 0;
    for await (const { catalog, id, events } of sessions()) {
      const last = lastTurn(events);
      if (last === 0) continue;
      const isTakenBack = events.some((event) => event.turn === last && event.rolled_back);
      const [atEnd, atLast] = [
        await reconstruct(catalog, id, { report }),
        await reconstruct(catalog, id, { at: last, report }),
      ];
      if (isTakenBack) expect([id, atLast.items.length > atEnd.items.length]).toEqual([id, true]);
      else expect(atLast).toEqual(atEnd);
      compared++;
    }
    expect(compared).toBeGreaterThan(0);
  });

  it('come at each turn to what their records up to there come to', async () => {
    const home = makeHome();
    let compared = 0;
    for await (const { catalog, id, events } of sessions()) {
      const [file, ...others] = catalog.thread(id);
      const isWhole = others.length === 0 && events.every((event) => !event.base_rollout);
      if (!file || file.compressed || !isWhole || events[0]?.type !== 'SessionMeta') continue;
      for (let turn = 1; turn <= lastTurn(events); turn++) {
        const end = endOf(events, turn);
        const path = home.write(`${id}-${turn}.jsonl`, await linesOf(file.path, end));
        const source = { threadId: id, parts: [fileAlone(path)], openPrefix: null };
        const [ofCut, ofAll] = [
          await reconstructFile(source, { report }),
          await reconstruct(catalog, id, { at: turn, report }),
        ];
        expect({ turn, ...essence(ofAll) }).toEqual({ turn, ...essence(ofCut) });
        compared++;
      }
    }
    if (!name.endsWith('zst')) expect(compared).toBeGreaterThan(0);
  });
});

async function* sessionsOf(home: string): AsyncGenerator<{ catalog: Catalog; id: string; events: Event[] }> {
  const catalog = await loadCatalog(homeAt(home));
  for (const id of catalog.threadIds) {
    const source = await openThread(catalog, id, report);
    const events: Event[] = [];
    for await (const event of readRecorded(source, report)) events.push(event);
    yield { catalog, id, events };
  }
}

function lastTurn(events: Event[]): number {
  return events.reduce((last, { turn }) => Math.max(last, turn), 0);
}

/** How many lines belong to the turns up to this one: to its last record, or to a rollback behind it. */
function endOf(events: Event[], turn: number): number {
  const isRollback = (event: Event) => event.type === 'EventMsg' && event.msg.type === 'ThreadRolledBack';
  const next = events.find((event) => event.turn > turn || (event.turn === turn && isRollback(event)));
  return next ? (next.line as number) - 1 : Number.POSITIVE_INFINITY;
}

async function linesOf(path: string, count: number): Promise<Buffer> {
  const lines = (await readFile(path, 'latin1')).split(/(?<=\n)/);
  return Buffer.from(lines.slice(0, count).join(''), 'latin1');
}

/** Where it can be continued is another question for a copy. */
function essence({ obstacle: _, ...state }: History): Omit<History, 'obstacle'> {
  return state;
}
