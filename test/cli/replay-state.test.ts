import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { validateReplayState } from '../../src/format/schemas.ts';
import { envelope, idOf, makeHome, record, type TestHome, turn } from '../builders.ts';
import type { Json } from '../support/json.ts';
import { type Outcome, runProgram } from '../support/run-program.ts';

const [first, second] = [idOf(1), idOf(2)];

describe('sessions replay --state', () => {
  it('prints one object, and nothing else', async () => {
    const home = homeOfTwo();
    const outcome = await replay(home, '--state', first);
    expect([outcome.code, outcome.stderr]).toEqual([0, '']);
    const state = printed(outcome);
    expect(validateReplayState(state)).toEqual({ ok: true, unknown: null });
    expect(state).toMatchObject({
      schema: 'sessions.replay-state/1',
      thread_id: first,
      at: null,
      turns: 2,
      state: 'idle',
      resumable: true,
      reason: null,
      settings: { cwd: '/home/dev/widget', model: 'gpt-5', sandbox_policy: { type: 'read-only' } },
      tokens: { context_window: 1000 },
      dynamic_tools: [],
      memory_mode: null,
      base_instructions: null,
      forked_from_id: null,
    });
    expect(said(state)).toEqual(['a', 're: a', 'b', 're: b']);
  });

  it('takes whatever names a session', async () => {
    const home = homeOfTwo();
    const path = home.rollout(idOf(3), envelope(record.meta(idOf(3)), ...turn('c')));
    home.names({ [second]: 'the parser' });
    for (const [argument, id] of [
      [first.slice(0, 13), first],
      ['the parser', second],
      [path, idOf(3)],
    ] as const) {
      expect([argument, printed(await replay(home, '--state', argument)).thread_id]).toEqual([argument, id]);
    }
    expect(printed(await replay(home, '--state', '@last')).thread_id).toBe(first);
    const piped = await runProgram(['replay', '--state', '-q', '-'], {
      env: { CODEX_HOME: home.path },
      input: `${first}\n${second}\n`,
    });
    expect([piped.code, piped.stdout.toString()]).toEqual([0, `${first}\n${second}\n`]);
    const content = await runProgram(['replay', '--state', '-'], { input: readFileSync(path, 'utf8') });
    expect(said(printed(content))).toEqual(['c', 're: c']);
  });

  it('goes back to a turn', async () => {
    const home = homeOfTwo();
    const state = printed(await replay(home, '--state', '--at', '1', first));
    expect([state.at, state.turns, said(state)]).toEqual([1, 1, ['a', 're: a']]);
    expect([state.resumable, state.reason]).toEqual([false, expect.stringContaining('fork')]);
    const missing = await replay(home, '--state', '--at', '3', first);
    expect([missing.code, missing.stdout.length]).toEqual([2, 0]);
    expect(missing.stderr).toContain('no turn 3: there are 2');
  });

  it.each(['0', '-1', '1.5', 'last', ''])('refuses --at=%s', async (turns) => {
    const outcome = await replay(homeOfTwo(), '--state', `--at=${turns}`, first);
    expect([outcome.code, outcome.stdout.length]).toEqual([2, 0]);
  });

  it('is of one session', async () => {
    const home = homeOfTwo();
    expect((await replay(home, '--state')).code).toBe(2);
    expect((await replay(home, '--state', first, second)).code).toBe(2);
    expect((await replay(home, '--state', 'nobody')).code).toBe(2);
  });

  it('says what could not be read, and prints the rest', async () => {
    const home = makeHome();
    const lines = envelope(record.meta(first), ...turn('a')).map((line) => JSON.stringify(line));
    home.rollout(
      first,
      `${lines.slice(0, 5).join('\n')}\n{"timestamp":"x","type":"response_item","payl\n${lines[5]}\n{"to`,
    );
    const outcome = await replay(home, '--state', first);
    expect(outcome.code).toBe(3);
    expect(outcome.stderr).toMatch(/cannot be decoded/);
    expect(outcome.stderr).toMatch(/torn tail/);
    expect(said(printed(outcome))).toEqual(['a', 're: a']);
  });

  it('prints the digits of big numbers as they are', async () => {
    const home = makeHome();
    const [meta] = envelope(record.meta(first));
    const item = '{"type":"web_search_call","n":12345678901234567890,"x":1e400}';
    home.rollout(first, `${JSON.stringify(meta)}\n{"timestamp":"x","type":"response_item","payload":${item}}\n`);
    expect((await replay(home, '--state', first)).stdout.toString()).toContain(`"items":[${item}]}\n`);
  });
});

function homeOfTwo(): TestHome {
  const home = makeHome();
  home.rollout(first, envelope(record.meta(first), ...turn('a'), ...turn('b')));
  home.rollout(second, envelope(record.meta(second), ...turn('c')));
  return home;
}

function replay(home: TestHome, ...args: string[]): Promise<Outcome> {
  return runProgram(['replay', ...args], { env: { CODEX_HOME: home.path } });
}

function printed({ stdout }: Outcome): Json {
  const text = stdout.toString();
  expect(text.split('\n').length).toBe(2);
  return JSON.parse(text);
}

function said({ items }: Json): string[] {
  return items.map((item: Json) => item.content[0].text);
}
