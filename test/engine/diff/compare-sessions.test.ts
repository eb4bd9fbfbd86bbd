import { unlinkSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CompareOptions, compareSessions } from '../../../src/engine/diff/compare-sessions.ts';
import type { SessionDiff } from '../../../src/engine/diff/session-diff.ts';
import type { Problem } from '../../../src/engine/problem.ts';
import { openSessions } from '../../../src/engine/resolve-session.ts';
import {
  type Entry,
  type Envelope,
  envelope,
  idOf,
  jsonl,
  makeHome,
  offsetOf,
  paginated,
  record,
  type TestHome,
  timeAt,
  turn,
  unmarkedTurn,
} from '../../builders.ts';

const [first, second, third, segment] = [idOf(1), idOf(2), idOf(3), idOf(40)];

/** As Codex copies a fork: its own meta, then all that it copies, stamped anew. */
function copyOf(id: string, source: string, lines: readonly Envelope[], ...more: Entry[]): Envelope[] {
  const entries = lines.map(({ type, payload }): Entry => [type, payload]);
  return envelope(record.meta(id, { forked_from_id: source }), ...entries, ...more).map((line, index) => ({
    ...line,
    timestamp: timeAt(5000 + index),
  }));
}

/** A paginated turn of five lines. */
function pagedTurn(text: string): Entry[] {
  return [
    record.started(text),
    record.userItem(text),
    record.completed({ type: 'UserMessage', id: text, content: [{ type: 'text', text }] }),
    record.agentItem(`re: ${text}`),
    record.complete(text),
  ];
}

function paged(id: string, turns: string[], meta = {}, from = 0): Envelope[] {
  return paginated(from, record.meta(id, { history_mode: 'paginated', ...meta }), ...turns.flatMap(pagedTurn));
}

/** Meta fields of what refers to the first `turns` turns of a base that has its meta in front. */
function refersTo(rollout: string, lines: Envelope[], turns: number) {
  const index = 1 + turns * 5;
  const last = lines[index - 1] as Envelope;
  const end_ordinal_exclusive = (last.ordinal as number) + 1;
  return {
    history_base: { thread_id: rollout, end_ordinal_exclusive, end_byte_offset: offsetOf(lines, index) },
    from: end_ordinal_exclusive,
  };
}

function refer(id: string, turns: string[], source: string, base: ReturnType<typeof refersTo>): Envelope[] {
  return paged(id, turns, { forked_from_id: source, history_base: base.history_base }, base.from);
}

async function compare(home: TestHome, a: string, b: string, options: Partial<CompareOptions> = {}) {
  const problems: Problem[] = [];
  const sessions = openSessions({ CODEX_HOME: home.path }, home.path);
  const diff = await compareSessions(sessions, [await sessions.resolve(a), await sessions.resolve(b)], {
    report: (problem) => problems.push(problem),
    signal: new AbortController().signal,
    turns: true,
    brief: false,
    ...options,
  });
  return { ...diff, problems };
}

function prompts(side: SessionDiff['a']): (string | null)[] {
  return (side.turn_list ?? []).map(({ prompt, rolled_back }) => (rolled_back ? `~${prompt}` : prompt));
}

describe('a fork that copied', () => {
  const lines = envelope(record.meta(first), ...turn('one'), ...turn('two'));

  it('has nothing of its own yet', async () => {
    const home = makeHome();
    home.rollout(first, lines);
    home.rollout(second, copyOf(second, first, lines));
    const { verdict, common, problems } = await compare(home, first, second);
    expect({ verdict, problems }).toEqual({ verdict: 'same', problems: [] });
    expect(common).toEqual({
      turns: 2,
      parted_in_turn: false,
      thread_id: first,
      recorded_by: first,
      last_turn: { a: 2, b: 2, at: timeAt(9), prompt: 'two' },
    });
  });

  it('parts from its source where both go on', async () => {
    const home = makeHome();
    home.rollout(first, [...lines, ...envelope(...turn('three'), ...turn('four'))]);
    home.rollout(second, copyOf(second, first, lines, ...turn('another'), record.tokens(150)));
    const { verdict, common, a, b } = await compare(home, first, second);
    expect([verdict, common.turns, common.parted_in_turn]).toEqual(['parted', 2, false]);
    expect([prompts(a), prompts(b)]).toEqual([['three', 'four'], ['another']]);
    expect([a.turns, b.turns, a.tokens.total_tokens, b.tokens.total_tokens]).toEqual([2, 1, 0, 50]);
    expect([a.last_message, b.last_message, b.forked_from_id]).toEqual(['re: four', 're: another', first]);
  });

  it('of a fork comes from the first one, as its sibling does', async () => {
    const home = makeHome();
    const copy = copyOf(second, first, lines, ...turn('three'));
    home.rollout(first, lines);
    home.rollout(second, copy);
    home.rollout(third, copyOf(third, second, copy, ...turn('four')));
    expect((await compare(home, first, third)).common).toMatchObject({
      turns: 2,
      thread_id: first,
      recorded_by: first,
    });
    expect((await compare(home, third, second)).common).toMatchObject({ turns: 3, thread_id: second });
    unlinkSync(home.rollout(first, lines));
    // The source is gone, and the copies still tell what they share.
    const { verdict, common } = await compare(home, second, third);
    expect([verdict, common.turns, common.thread_id]).toEqual(['b_goes_on', 3, second]);
  });

  it('may end within a turn', async () => {
    const home = makeHome();
    home.rollout(first, lines);
    home.rollout(second, copyOf(second, first, lines.slice(0, 13), ...turn('three')));
    const { verdict, common, a, b } = await compare(home, first, second);
    expect([verdict, common.turns, common.parted_in_turn, common.last_turn?.a]).toEqual(['parted', 1, true, 2]);
    expect([a.turns, a.ended, prompts(b)]).toEqual([1, 'complete', ['three']]);
  });

  it('without marks of turns parts between them', async () => {
    const home = makeHome();
    const old = envelope(record.meta(first), ...unmarkedTurn('one'));
    home.rollout(first, [...old, ...envelope(...unmarkedTurn('two'))]);
    home.rollout(second, copyOf(second, first, old, ...unmarkedTurn('else')));
    const { common, a, b } = await compare(home, first, second);
    expect([common.turns, common.parted_in_turn]).toEqual([1, false]);
    expect([prompts(a), prompts(b), a.ended]).toEqual([['two'], ['else'], 'complete']);
  });
});

describe('a fork that refers', () => {
  const parent = paged(first, ['one', 'two', 'three']);

  it('shares what it refers to', async () => {
    const home = makeHome();
    home.rollout(first, parent);
    home.rollout(second, refer(second, ['else'], first, refersTo(first, parent, 2)));
    const { verdict, common, a, b } = await compare(home, first, second);
    expect([verdict, common.turns, common.thread_id, common.recorded_by]).toEqual(['parted', 2, first, first]);
    expect([prompts(a), prompts(b)]).toEqual([['three'], ['else']]);
    // The other way round, the sides are changed, and nothing else.
    const turned = await compare(home, second, first);
    expect([turned.a, turned.b, turned.verdict]).toEqual([b, a, 'parted']);
  });

  it('of a fork shares what all three have', async () => {
    const home = makeHome();
    const child = refer(second, ['four', 'five'], first, refersTo(first, parent, 2));
    home.rollout(first, parent);
    home.rollout(second, child, { archived: true, compressed: true });
    const base = { history_base: refersTo(second, child, 1).history_base, from: refersTo(second, child, 1).from };
    home.rollout(third, refer(third, ['six'], second, base));
    expect((await compare(home, first, third)).common).toMatchObject({ turns: 2, thread_id: first });
    const { common, a, b } = await compare(home, second, third);
    expect([common.turns, common.thread_id, prompts(a), prompts(b)]).toEqual([3, second, ['five'], ['six']]);
  });

  it('tells what is missing', async () => {
    const home = makeHome();
    home.rollout(second, refer(second, ['else'], first, refersTo(first, parent, 2)));
    home.rollout(third, paged(third, ['one']));
    const { verdict, problems } = await compare(home, second, third);
    expect([verdict, problems.map(({ rule, weight }) => [rule, weight])]).toEqual([
      'unrelated',
      [['DANGLING', 'lost']],
    ]);
  });
});

describe('a session that was reverted', () => {
  const before = paged(first, ['one', 'two', 'three']);
  const base = refersTo(first, before, 2);
  const after = paged(first, ['four'], { history_base: base.history_base }, base.from);

  function reverted(): TestHome {
    const home = makeHome();
    home.rollout(first, before);
    home.rollout(first, after, { segment });
    return home;
  }

  it('and a fork of what was left part behind both', async () => {
    const home = reverted();
    home.rollout(second, refer(second, ['five'], first, refersTo(segment, after, 1)));
    const { verdict, common, a, b } = await compare(home, first, second);
    expect([verdict, common.turns, common.last_turn]).toMatchObject(['b_goes_on', 3, { a: 4, b: 3, prompt: 'four' }]);
    expect([a.dropped_turns, b.dropped_turns, prompts(b)]).toEqual([1, 0, ['five']]);
    const turned = await compare(home, second, first);
    expect([turned.verdict, turned.common.turns, turned.b.dropped_turns]).toEqual(['a_goes_on', 3, 1]);
  });

  it('and a fork from before still share what was dropped', async () => {
    const home = reverted();
    home.rollout(second, refer(second, ['five'], first, refersTo(first, before, 3)));
    const { verdict, common, a, b } = await compare(home, first, second);
    expect([verdict, common.turns, prompts(a), prompts(b)]).toEqual(['parted', 3, ['four'], ['five']]);
    expect([a.common_rolled_back_turns, b.common_rolled_back_turns]).toEqual([1, 0]);
  });

  it('and a fork of an earlier turn part there', async () => {
    const home = reverted();
    home.rollout(second, refer(second, ['five'], first, refersTo(first, before, 1)));
    const { common, a, b } = await compare(home, first, second);
    expect([common.turns, prompts(a), prompts(b)]).toEqual([1, ['two', '~three', 'four'], ['five']]);
    expect([a.turns, a.rolled_back_turns]).toEqual([3, 1]);
  });
});

it('a session that was rolled back has the turns in common that it took back', async () => {
  const home = makeHome();
  const lines = envelope(record.meta(first), ...turn('one'), ...turn('two'));
  home.rollout(first, [...lines, ...envelope(record.rolledBack(1), ...turn('three'))]);
  home.rollout(second, copyOf(second, first, lines, ...turn('four')));
  const { common, a, b } = await compare(home, first, second);
  expect([common.turns, a.common_rolled_back_turns, b.common_rolled_back_turns]).toEqual([2, 1, 0]);
  expect([prompts(a), prompts(b)]).toEqual([['three'], ['four']]);
});

describe('files', () => {
  const lines = envelope(record.meta(first), ...turn('one'));

  it('that hold the same are the same, compressed or not, in other white space', async () => {
    const home = makeHome();
    const plain = home.write('a.jsonl', jsonl(lines));
    const packed = home.rollout(second, lines, { compressed: true });
    const spaced = home.write(
      'b.jsonl',
      lines.map((line) => `${JSON.stringify(line).replaceAll('":', '": ')}\n`).join(''),
    );
    for (const other of [packed, spaced, plain]) expect((await compare(home, plain, other)).verdict).toBe('same');
  });

  it('of the bare dialect are compared with later ones by what the model saw', async () => {
    const home = makeHome();
    const items = [record.userItem('one'), record.agentItem('re: one')].map(([, payload]) => payload);
    const bare = home.write('a.jsonl', jsonl([{ id: first, timestamp: timeAt(0), instructions: null }, ...items]));
    home.rollout(second, envelope(record.meta(second, { forked_from_id: first }), ...turn('one'), ...turn('two')));
    const { verdict, common, b } = await compare(home, bare, second);
    expect([verdict, common.turns, common.thread_id, prompts(b)]).toEqual(['b_goes_on', 1, first, ['two']]);
  });

  it('with nothing in common say so', async () => {
    const home = makeHome();
    home.rollout(first, lines);
    home.rollout(second, envelope(record.meta(second), ...turn('two')));
    const { verdict, common } = await compare(home, first, second);
    const nothing = { turns: 0, parted_in_turn: false, thread_id: null, recorded_by: null, last_turn: null };
    expect([verdict, common]).toEqual(['unrelated', nothing]);
  });

  it('with a line that cannot be decoded are compared without it', async () => {
    const home = makeHome();
    home.rollout(first, `${jsonl(lines)}{"broken\n`);
    home.rollout(second, jsonl(lines));
    const { verdict, problems } = await compare(home, first, second);
    expect([verdict, problems.map(({ weight }) => weight)]).toEqual(['same', ['lost']]);
  });
});

it('says the same of a fork whether it copied or refers', async () => {
  const texts = fc.array(fc.stringMatching(/^[a-z]{1,8}$/), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(texts, texts, texts, async (common, mine, theirs) => {
      const [inCommon, own, others] = [common, mine, theirs].map((list, part) =>
        list.map((text, place) => `${text} ${part} ${place}`),
      ) as [string[], string[], string[]];
      const parent = paged(first, [...inCommon, ...own]);
      const base = refersTo(first, parent, inCommon.length);
      const byReference = makeHome();
      byReference.rollout(first, parent);
      byReference.rollout(second, refer(second, others, first, base));
      const byCopy = makeHome();
      byCopy.rollout(first, parent);
      const copied = parent.slice(0, 1 + inCommon.length * 5).map(({ type, payload }): Entry => [type, payload]);
      const meta = record.meta(second, { history_mode: 'paginated', forked_from_id: first });
      byCopy.rollout(second, paginated(0, meta, ...copied, ...others.flatMap(pagedTurn)));
      const told = [byReference, byCopy].map(async (home) => {
        const { verdict, common, a, b } = await compare(home, first, second);
        return { verdict, common, a: [a.turns, prompts(a)], b: [b.turns, prompts(b)] };
      });
      const [reference, copy] = await Promise.all(told);
      expect(copy).toEqual(reference);
      expect([reference?.common.turns, reference?.a[1], reference?.b[1]]).toEqual([inCommon.length, own, others]);
    }),
    { numRuns: 30 },
  );
});
