import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import type { Problem } from '../../../src/engine/problem.ts';
import { openSessions, type Target } from '../../../src/engine/resolve-session.ts';
import type { SearchHit } from '../../../src/engine/search/hit.ts';
import type { Pattern } from '../../../src/engine/search/pattern.ts';
import { parseQuery } from '../../../src/engine/search/query.ts';
import { searchHome } from '../../../src/engine/search/search-home.ts';
import type { Selectors } from '../../../src/engine/selectors.ts';
import { judge } from '../../../src/format/judge.ts';
import { searchHit } from '../../../src/format/validators.generated.js';
import {
  envelope,
  idOf,
  jsonl,
  makeFolder,
  makeHome,
  offsetOf,
  paginated,
  record,
  rolloutName,
  type TestHome,
  turn,
} from '../../builders.ts';

const first = idOf(1);
const second = idOf(2);

function home(): TestHome {
  const made = makeHome();
  made.rollout(
    first,
    envelope(
      record.meta(first),
      ...turn('where is the parser?'),
      record.call('c', 'exec_command', { cmd: 'rg "parser" src' }),
      record.output('c', 'src/parser.ts: secret output'),
      ...turn('thank you'),
    ),
  );
  made.rollout(second, envelope(record.meta(second, { cwd: '/srv/shop' }), ...turn('PARSER again')), {
    compressed: true,
  });
  return made;
}

describe('search by words', () => {
  it('finds what user, agent and tools said, with turn, line and offset', async () => {
    const { path } = home();
    const { hits } = await find(path, words('parser'));
    const brief = hits.map(({ thread_id, turn: number, line, field }) => [thread_id, number, line, field]);
    expect(brief.filter(([id]) => id === first)).toEqual([
      [first, 1, 5, 'user'],
      [first, 1, 7, 'agent'],
      [first, 1, 10, 'tool'],
    ]);
    expect(brief.filter(([id]) => id === second)).toEqual([
      [second, 1, 5, 'user'],
      [second, 1, 7, 'agent'],
    ]);
    for (const hit of hits) expect(judge(searchHit, hit)).toMatchObject({ ok: true });
    const [hit] = hits.filter(({ field }) => field === 'tool');
    expect(hit).toMatchObject({ snippet: 'exec_command rg "parser" src', matches: [{ start: 17, end: 23 }] });
  });

  it('asks a session for every field that is named', async () => {
    const { path } = home();
    const sessions = async (query: string) => [
      ...new Set((await find(path, words(query))).hits.map((hit) => hit.thread_id)),
    ];
    expect(await sessions('user:parser tool:rg')).toEqual([first]);
    expect(await sessions('cwd:shop parser')).toEqual([second]);
    expect(await sessions('cwd:shop')).toEqual([second]);
    expect(await sessions('cwd:nowhere parser')).toEqual([]);
  });
});

describe('search by text', () => {
  it('is exact, and looks into outputs only when asked to', async () => {
    const { path } = home();
    expect((await find(path, fixed('"parser"'))).hits.map(({ field }) => field)).toEqual(['tool']);
    expect((await find(path, fixed('secret output'))).hits).toEqual([]);
    expect((await find(path, fixed('secret output'), { all: true })).hits.map(({ field }) => field)).toEqual([
      'output',
    ]);
    expect((await find(path, fixed('PARSER'))).hits.map(({ thread_id: id }) => id)).toEqual([second, second]);
    expect((await find(path, { kind: 'fixed', text: 'PARSER AGAIN', ignoreCase: true })).hits).toHaveLength(2);
  });

  it('counts on from the turns that a fork refers to', async () => {
    const made = makeHome();
    const own = paginated(0, record.meta(first, { history_mode: 'paginated' }), ...turn('one'), ...turn('two'));
    made.rollout(first, own);
    const base = { thread_id: first, end_ordinal_exclusive: own.length, end_byte_offset: offsetOf(own, own.length) };
    const meta = record.meta(second, { history_mode: 'paginated', forked_from_id: first, history_base: base });
    made.rollout(second, paginated(own.length, meta, ...turn('three')));
    const { hits } = await find(made.path, fixed('three'));
    expect(hits.map(({ thread_id: id, turn: number, line }) => [id, number, line])).toEqual([
      [second, 3, 5],
      [second, 3, 7],
    ]);
  });

  it('goes on behind damage, and tells of it', async () => {
    const made = makeHome();
    const lines = jsonl(envelope(record.meta(first), ...turn('before')));
    const after = jsonl(envelope(...turn('needle')));
    made.rollout(first, `${lines}{"needle\n${after}`);
    const { hits, problems } = await find(made.path, fixed('needle'));
    expect(hits.map(({ field }) => field)).toEqual(['user', 'agent']);
    expect(problems.map(({ rule, line }) => [rule, line])).toEqual([['BAD-JSON', 10]]);
    made.write(`sessions/2026/01/02/${rolloutName(second, { compressed: true })}`, Buffer.from('28b52ffd0000', 'hex'));
    expect((await find(made.path, fixed('needle'))).problems.map(({ rule }) => rule)).toContain('ZSTD-TRUNCATED');
  });

  it('finds what arguments say that nest deeper than calls may', async () => {
    const made = makeHome();
    const deep = `{"command":${'['.repeat(1e5)}"parser"${']'.repeat(1e5)}}`;
    const call = record.item('function_call', { name: 'shell', arguments: deep, call_id: 'c' });
    made.rollout(first, envelope(record.meta(first), ...turn('first'), call));
    for (const all of [false, true]) {
      const { hits } = await find(made.path, fixed('parser'), { all });
      expect(hits.map(({ line, field }) => [line, field])).toEqual([[10, 'tool']]);
    }
  });

  it('finds the bare dialect, events of our own, and one file alone', async () => {
    const folder = new (makeHome().constructor as new (path: string) => TestHome)(makeFolder());
    const message = (role: string, text: string) => ({
      type: 'message',
      role,
      content: [{ type: 'input_text', text }],
    });
    const bare = folder.write(
      'bare.jsonl',
      jsonl([
        { id: first, timestamp: '2026-01-02T03:04:05Z' },
        message('user', 'the needle'),
        message('assistant', 'no'),
      ]),
    );
    const event = {
      schema: 'sessions.event/1',
      thread_id: first,
      seq: 0,
      timestamp: null,
      turn: 4,
      type: 'EventMsg',
      msg: { type: 'UserMessage', text: 'a needle' },
    };
    const own = folder.write('own.jsonl', jsonl([event]));
    const targets: Target[] = [bare, own].map((path) => ({ kind: 'file', path }));
    const { hits } = await find(folder.path, fixed('needle'), { targets });
    expect(hits.map(({ path, turn: number, field, line }) => [path, number, field, line])).toEqual([
      [bare, 1, 'user', 2],
      [own, 4, 'user', 1],
    ]);
  });
});

describe('search by regular expression', () => {
  it('matches decoded text', async () => {
    const { path } = home();
    const regex = (source: string): Pattern => ({ kind: 'regex', source, ignoreCase: false });
    expect((await find(path, regex('^where .* parser\\?$'))).hits.map(({ field }) => field)).toEqual(['user']);
    expect((await find(path, regex('"\\w+" src'))).hits.map(({ field }) => field)).toEqual(['tool']);
    expect((await find(path, regex('(?:)'))).hits).toEqual([]);
    await expect(find(path, regex('('))).rejects.toThrow('no regular expression');
  });
});

describe('selectors', () => {
  it('choose the sessions that are searched', async () => {
    const { path } = home();
    const ids = async (selectors: Selectors) =>
      new Set((await find(path, words('parser'), { selectors })).hits.map(({ thread_id: id }) => id));
    expect(await ids({ cwd: '/srv/shop' })).toEqual(new Set([second]));
    expect(await ids({ archived: 'only' })).toEqual(new Set());
  });
});

function words(query: string): Pattern {
  return { kind: 'words', query: parseQuery(query) };
}

function fixed(text: string): Pattern {
  return { kind: 'fixed', text, ignoreCase: false };
}

interface Options {
  all?: boolean;
  selectors?: Selectors;
  targets?: Target[];
}

async function find(
  path: string,
  pattern: Pattern,
  options: Options = {},
): Promise<{ hits: SearchHit[]; problems: Problem[] }> {
  const problems: Problem[] = [];
  const hits: SearchHit[] = [];
  const found = searchHome(openSessions({ CODEX_HOME: path }, '/'), {
    pattern,
    all: options.all ?? false,
    targets: options.targets ?? null,
    selectors: options.selectors ?? { archived: 'no' },
    isSorted: false,
    clock: systemClock,
    signal: new AbortController().signal,
    report: (problem) => problems.push(problem),
  });
  for await (const some of found) hits.push(...some);
  return { hits, problems };
}
