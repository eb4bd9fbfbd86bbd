import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateEvent } from '../../src/format/event-schema.ts';
import { validateThread } from '../../src/format/schemas.ts';
import type { Json } from '../support/json.ts';
import { runHere } from '../support/run-here.ts';
import { type Counts, copiedFrom, count, type RolloutFacts, readHome, threadParts } from './independent-count.ts';

/** A folder with a home per version of the real Codex, each written by it. */
const corpus = process.env.SESSIONS_CORPUS;

describe.skipIf(!corpus)('the corpus', () => {
  it('holds homes', () => {
    expect(homesOf(corpus as string).length).toBeGreaterThan(0);
  });
});

describe.skipIf(!corpus).each(corpus ? homesOf(corpus) : [])('home %s', (name) => {
  const home = join(corpus ?? '', name);
  let files: RolloutFacts[];
  beforeAll(() => {
    files = readHome(home);
  });

  it('holds rollouts', () => {
    expect(files.length).toBeGreaterThan(0);
  });

  it('copies every rollout byte for byte', async () => {
    for (const { path, bytes } of files) {
      const { code, out } = await run(home, ['show', '--raw', path]);
      expect([path, code, out.equals(bytes)]).toEqual([path, 0, true]);
    }
  });

  it('makes one event of every record, in order', async () => {
    for (const { path, lines, bytes } of files) {
      const { code, events } = await show(home, path);
      expect([path, code]).toEqual([path, 0]);
      const isTorn = bytes.length > 0 && bytes.at(-1) !== 10;
      const expected = lines.filter(({ value, number }) => value || !(isTorn && number === lines.at(-1)?.number));
      expect(events.filter((event) => !event.synthetic).map(({ line }) => line)).toEqual(
        expected.map(({ number }) => number),
      );
      expectWellFormed(events, path);
    }
  });

  it('counts what an independent count finds in each file', async () => {
    for (const { path, lines } of files) {
      const { events } = await show(home, path);
      expect({ path, ...countEvents(events) }).toEqual({ path, ...count([lines]) });
    }
  });

  it('counts what an independent count finds in each session', async () => {
    const rows = await list(home);
    expect(rows.map((row) => row.thread_id).sort()).toEqual([...new Set(files.map(({ threadId }) => threadId))].sort());
    for (const row of rows) {
      const id = row.thread_id;
      const { code, events } = await show(home, id);
      expect([id, code]).toEqual([id, 0]);
      expectWellFormed(events, id);
      const { inherited, own } = threadParts(files, id);
      const expected = count([...inherited.map(({ lines }) => lines), ...own.map(({ lines }) => lines)]);
      expect({ id, ...countEvents(events) }).toEqual({ id, ...expected });
      const { turns, tool_calls, tokens_used } = row;
      expect({ id, turns, tool_calls, tokens_used }).toEqual({
        id,
        turns: expected.turns,
        tool_calls: expected.toolCalls,
        tokens_used: expected.tokens,
      });
    }
  });

  it('shows what a fork by reference inherits once, and says from whom', async () => {
    for (const id of new Set(files.map(({ threadId }) => threadId))) {
      const { inherited, own } = threadParts(files, id);
      const { events } = await show(home, id);
      const recorded = events.filter((event) => !event.synthetic);
      const places = recorded.map((event) => `${event.base_rollout ?? 'current'}:${event.line}`);
      expect(new Set(places).size).toBe(places.length);
      const expected = inherited.flatMap(({ rollout, lines }) =>
        lines.map(({ number }) => `${rollout.rolloutId}:${number} from ${rollout.threadId}`),
      );
      const isByReference = own[0]?.lines[0]?.value?.payload?.history_base !== undefined;
      if (!isByReference) expect(expected).toEqual([]);
      else {
        const marked = recorded.filter((event) => event.inherited_from);
        expect(marked.map((event) => `${event.base_rollout}:${event.line} from ${event.inherited_from}`)).toEqual(
          expected,
        );
      }
    }
  });

  it('marks exactly what a fork by copy copied', async () => {
    for (const file of files.filter(({ threadId, rolloutId }) => threadId === rolloutId)) {
      if (file.lines[0]?.value?.payload?.history_base) continue;
      const copied = copiedFrom(files, file);
      const { events } = await show(home, file.threadId);
      const marked = events.filter((event) => event.inherited_from && !event.base_rollout && !event.synthetic);
      expect(marked.map(({ line, inherited_from }) => ({ line, inherited_from }))).toEqual(
        (copied?.lines ?? []).map((line) => ({ line, inherited_from: copied?.parent.threadId })),
      );
    }
  });

  it('keeps the schemas', async () => {
    for (const row of await list(home)) {
      expect({ id: row.thread_id, ...validateThread(row) }).toMatchObject({ id: row.thread_id, ok: true });
      const views = [[], ['--effective']];
      for (const view of views) {
        const { events } = await show(home, row.thread_id, view);
        for (const event of events) {
          expect({ id: row.thread_id, seq: event.seq, ...validateEvent(event) }).toMatchObject({ ok: true });
        }
      }
    }
  });

  it('reads its own stream back unchanged', async () => {
    for (const { path } of files) {
      const { out } = await run(home, ['show', path]);
      if (out.length === 0) continue;
      const again = await run(home, ['show', '-'], out);
      expect([path, again.code, again.out.equals(out)]).toEqual([path, 0, true]);
    }
  });

  it('tells every session to people', async () => {
    for (const row of await list(home)) {
      const { code, out } = await run(home, ['show', '--no-pager', row.thread_id], '', true);
      expect([row.thread_id, code]).toEqual([row.thread_id, 0]);
      const withoutColours = out.toString().replaceAll(/\x1b\[[\d;]*m/g, '');
      expect(withoutColours).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f]/);
    }
  });
});

function homesOf(folder: string): string[] {
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'sessions')));
}

function run(home: string, argv: string[], stdin: string | Uint8Array = '', tty = false) {
  return runHere(argv, { env: { CODEX_HOME: home }, stdin, tty });
}

/** What `show` gave for a session or a file; asked for several times, it is shown once. */
const shown = new Map<string, Promise<{ code: number; events: Json[] }>>();

function show(home: string, session: string, options: string[] = []): Promise<{ code: number; events: Json[] }> {
  const key = [home, session, ...options].join(' ');
  const known =
    shown.get(key) ??
    run(home, ['show', ...options, session]).then(({ code, out }) => ({ code, events: linesOf(out) }));
  shown.set(key, known);
  return known;
}

async function list(home: string): Promise<Json[]> {
  const { code, out } = await run(home, ['ls', '--archived', '--no-index']);
  expect(code).toBe(0);
  return linesOf(out);
}

function linesOf(out: Buffer): Json[] {
  const text = out.toString();
  return text === ''
    ? []
    : text
        .replace(/\n$/, '')
        .split('\n')
        .map((line) => JSON.parse(line));
}

function expectWellFormed(events: Json[], what: string): void {
  expect([what, events.map(({ seq }) => seq)]).toEqual([what, events.map((_event, index) => index)]);
  const turns = events.map(({ turn }) => turn);
  expect([what, turns]).toEqual([what, [...turns].sort((a, b) => a - b)]);
  expect(events[0]?.schema ?? 'sessions.event/1').toBe('sessions.event/1');
  expect(events.slice(1).filter(({ schema }) => schema !== undefined)).toEqual([]);
}

function countEvents(events: Json[]): Counts {
  const ofMsg = (type: string) => events.filter((event) => event.type === 'EventMsg' && event.msg.type === type);
  const ofItem = (type: string) => events.filter((event) => event.type === 'ResponseItem' && event.item.type === type);
  const totals = ofMsg('TokenCount').flatMap(({ msg }) => (msg.total ? [msg.total.total_tokens] : []));
  return {
    records: events.filter((event) => !event.synthetic).length,
    userMessages: ofMsg('UserMessage').length,
    toolCalls: ofItem('tool_call').length,
    toolResults: ofItem('tool_result').length,
    turns: events.at(-1)?.turn ?? 0,
    tokens: totals.at(-1) ?? null,
  };
}
