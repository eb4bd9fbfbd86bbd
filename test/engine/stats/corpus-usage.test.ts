import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseTime } from '../../../src/base/time.ts';
import { fileAlone, readParts } from '../../../src/engine/read-thread.ts';
import { foldEvent } from '../../../src/engine/stats/fold-event.ts';
import { readPlainUsage } from '../../../src/engine/stats/read-usage.ts';
import { statsKeys } from '../../../src/engine/stats/stats-row.ts';
import { UsageFold } from '../../../src/engine/stats/usage-fold.ts';
import { copiedFrom, readHome, threadParts } from '../../corpus/independent-count.ts';
import type { Json } from '../../support/json.ts';
import { countHome, sumOf } from './counting.ts';

const corpus = process.env.SESSIONS_CORPUS;
/** A name stands in where there are none, so that the tests are counted as skipped. */
const homes = corpus
  ? readdirSync(corpus).filter((name) => existsSync(join(corpus, name, 'sessions')))
  : ['of the corpus'];

describe.skipIf(!corpus).each(homes)('usage in home %s', (name) => {
  const home = join(corpus ?? '', name);

  it('is what an independent count finds, session by session', async () => {
    const files = readHome(home);
    const { rows, problems } = await countHome(home, 'session');
    expect(problems.filter(({ weight }) => weight === 'lost')).toEqual([]);
    const ids = new Set(files.map(({ threadId }) => threadId));
    expect(new Set(rows.map(({ key }) => key))).toEqual(ids);
    for (const id of ids) {
      const row = rows.find(({ key }) => key === id);
      const { own } = threadParts(files, id);
      const copied = own.map((file) => new Set(copiedFrom(files, file)?.lines));
      const values = (at: number, isOwn: boolean) =>
        own[at]!.lines.filter(({ number }) => copied[at]!.has(number) !== isOwn).flatMap(({ value }) =>
          value ? [value] : [],
        );
      const recorded = own.map((_, at) => values(at, true));
      const expected = {
        tokens: sum(recorded.map((lines, at) => requested(values(at, false), lines))),
        calls: sum(recorded.map(calls)),
        turnMs: sum(recorded.map(turnTime)),
      };
      const found = { tokens: row?.tokens?.total_tokens, calls: row?.tool_calls, turnMs: row?.turn_duration_ms };
      expect([id, found]).toEqual([id, expected]);
    }
  });

  it.each(statsKeys)('adds up by %s', async (by) => {
    const all = sumOf((await countHome(home)).rows);
    const groups = sumOf((await countHome(home, by)).rows);
    for (const key of Object.keys(groups)) expect([key, groups[key]]).toEqual([key, all[key]]);
  });

  it('is the same at a glance as when every line is decoded', async () => {
    let compared = 0;
    for (const { path } of readHome(home)) {
      const usage = readPlainUsage(path);
      if (!usage) continue;
      const fold = new UsageFold();
      const source = { threadId: null, parts: [fileAlone(path)], openPrefix: null };
      for await (const event of readParts(source, () => {})) {
        if (event.synthetic) continue;
        const time = event.timestamp === null ? null : parseTime(event.timestamp);
        foldEvent(fold, event, { time, inherited: false });
      }
      expect([path, usage.groups]).toEqual([path, fold.finish()]);
      compared++;
    }
    expect(compared).toBeGreaterThan(0);
  });
});

/**
 * Tokens of the requests, each counted once: a request raises the running total, a repeated count does not. Codex up to 0.45
 * begins a resumed session with an empty count, and at zero.
 */
function requested(copied: Json[], own: Json[]): number {
  let before: number | null = null;
  let tokens = 0;
  const lines = [...copied.map((value) => ({ value, isOwn: false })), ...own.map((value) => ({ value, isOwn: true }))];
  for (const { value, isOwn } of lines) {
    if (value.type !== 'event_msg' || value.payload.type !== 'token_count') continue;
    const { info } = value.payload;
    const total: number | null = info?.total_token_usage.total_tokens ?? null;
    if (isOwn && total !== null && total !== before) tokens += info.last_token_usage.total_tokens;
    before = total;
  }
  return tokens;
}

const callTypes = ['function_call', 'custom_tool_call', 'local_shell_call', 'tool_search_call'];

function calls(lines: Json[]): number {
  return lines.filter(({ type, payload }) =>
    callTypes.includes(payload ? type === 'response_item' && payload.type : type),
  ).length;
}

function turnTime(lines: Json[]): number {
  return sum(
    lines.map(({ type, payload }) =>
      type === 'event_msg' && ['task_complete', 'turn_aborted'].includes(payload.type) ? (payload.duration_ms ?? 0) : 0,
    ),
  );
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
