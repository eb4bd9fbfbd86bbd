import { unlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  type Entry,
  type Envelope,
  idOf,
  jsonl,
  makeHome,
  offsetOf,
  paginated,
  record,
  type TestHome,
} from '../builders.ts';
import type { Json } from '../support/json.ts';
import { type Reading, readThread, said } from './reading.ts';

const [grandparent, parent, child, segment, laterSegment] = [idOf(1), idOf(2), idOf(3), idOf(40), idOf(50)];

/** A paginated turn of five lines. */
function turn(text: string): Entry[] {
  return [
    record.started(text),
    record.userItem(text),
    record.completed({ type: 'UserMessage', id: text, content: [{ type: 'text', text }] }),
    record.agentItem(`re: ${text}`),
    record.complete(text),
  ];
}

function thread(id: string, turns: string[], meta = {}, from = 0): Envelope[] {
  return paginated(from, record.meta(id, { history_mode: 'paginated', ...meta }), ...turns.flatMap(turn));
}

/** Everything before line `index` of the base. */
function baseAt(rollout: string, lines: Envelope[], index: number) {
  const last = lines[index - 1] as Envelope;
  return {
    thread_id: rollout,
    end_ordinal_exclusive: (last.ordinal as number) + 1,
    end_byte_offset: offsetOf(lines, index),
  };
}

/** A home with a parent of three turns, and a fork of it after the second. */
function forked(
  options: { compressed?: boolean; archived?: boolean } = {},
  change: (base: Json) => object = (base) => base,
): TestHome {
  const home = makeHome();
  const lines = thread(parent, ['p1', 'p2', 'p3']);
  home.rollout(parent, lines, options);
  const base = baseAt(parent, lines, 11);
  home.rollout(child, thread(child, ['c1'], { forked_from_id: parent, history_base: change(base) }, 11));
  return home;
}

describe('a fork by reference', () => {
  it('shows what it inherits once, and from whom', async () => {
    const reading = await readThread(forked(), child);
    expect(said(reading)).toEqual(['<p1', '<p2', 'c1']);
    expectWellFormed(reading);
    const [first] = reading.events;
    expect(first).toMatchObject({
      thread_id: child,
      inherited_from: parent,
      base_rollout: parent,
      line: 1,
      type: 'SessionMeta',
    });
    const own = reading.events.filter((event) => !event.inherited_from);
    expect(own.map(({ line, turn, base_rollout }) => [line, turn, base_rollout])).toEqual([
      [1, 2, undefined],
      [2, 3, undefined],
      [3, 3, undefined],
      [4, 3, undefined],
      [5, 3, undefined],
      [6, 3, undefined],
    ]);
    expect(reading.problems).toEqual([]);
  });

  it.each([
    ['compressed', { compressed: true }],
    ['archived', { archived: true }],
    ['archived and compressed', { archived: true, compressed: true }],
  ])('finds a base that is %s', async (_what, options) => {
    expect(said(await readThread(forked(options), child))).toEqual(['<p1', '<p2', 'c1']);
  });

  it('leaves its parent alone', async () => {
    expect(said(await readThread(forked(), parent))).toEqual(['p1', 'p2', 'p3']);
  });

  it('goes by ordinals where no byte offset is recorded', async () => {
    const reading = await readThread(
      forked({}, ({ end_byte_offset: _, ...base }) => base),
      child,
    );
    expect(said(reading)).toEqual(['<p1', '<p2', 'c1']);
  });

  it('takes all of a base without a place', async () => {
    const reading = await readThread(
      forked({}, ({ thread_id }) => ({ thread_id })),
      child,
    );
    expect(said(reading)).toEqual(['<p1', '<p2', '<p3', 'c1']);
  });

  it('takes nothing where the place is the beginning', async () => {
    const reading = await readThread(
      forked({}, (base) => ({ ...base, end_byte_offset: 0 })),
      child,
    );
    expect(said(reading)).toEqual(['c1']);
  });

  it('through a chain shows each part once', async () => {
    const home = makeHome();
    const first = thread(grandparent, ['g1', 'g2']);
    const second = thread(
      parent,
      ['p1', 'p2'],
      { forked_from_id: grandparent, history_base: baseAt(grandparent, first, 6) },
      6,
    );
    const third = thread(child, ['c1'], { forked_from_id: parent, history_base: baseAt(parent, second, 6) }, 12);
    home.rollout(grandparent, first);
    home.rollout(parent, second);
    home.rollout(child, third);
    const reading = await readThread(home, child);
    expect(said(reading)).toEqual(['<g1', '<p1', 'c1']);
    expect(reading.events.map(({ inherited_from }) => inherited_from)).toEqual([
      ...Array(6).fill(grandparent),
      ...Array(6).fill(parent),
      ...Array(6).fill(undefined),
    ]);
    expectWellFormed(reading);
  });

  it('of a file whose base is named in capitals finds it', async () => {
    const reading = await readThread(
      forked({}, (base) => ({ ...base, thread_id: parent.toUpperCase() })),
      child,
    );
    expect(said(reading)).toEqual(['<p1', '<p2', 'c1']);
  });
});

describe('a reference that leads nowhere', () => {
  it('is reported, and the rest is shown', async () => {
    const home = forked();
    unlinkSync(`${home.path}/sessions/2026/01/02/rollout-2026-01-02T03-04-05-${parent}.jsonl`);
    const reading = await readThread(home, child);
    expect(said(reading)).toEqual(['c1']);
    expect(reading.problems).toMatchObject([
      { rule: 'DANGLING', weight: 'lost', message: expect.stringContaining(parent) },
    ]);
  });

  it('is reported when it leads back to itself', async () => {
    const reading = await readThread(
      forked({}, (base) => ({ ...base, thread_id: child })),
      child,
    );
    expect(said(reading)).toEqual(['c1']);
    expect(reading.problems).toMatchObject([{ rule: 'CYCLE', weight: 'lost' }]);
  });

  it('is reported once when it leads in a circle, from either side', async () => {
    const home = makeHome();
    const everything = (thread_id: string) => ({ thread_id, end_ordinal_exclusive: 99, end_byte_offset: 99_999 });
    home.rollout(parent, thread(parent, ['p1'], { history_base: everything(child) }));
    home.rollout(child, thread(child, ['c1'], { history_base: everything(parent) }));
    for (const [id, other, text] of [
      [child, parent, ['<p1', 'c1']],
      [parent, child, ['<c1', 'p1']],
    ] as const) {
      const reading = await readThread(home, id);
      expect(said(reading)).toEqual(text);
      expect(reading.problems).toMatchObject([{ rule: 'CYCLE', file: expect.stringContaining(other) }]);
    }
  });

  it.each([{ history_base: 'text' }, { history_base: {} }, { history_base: { thread_id: 7 } }, { history_base: null }])(
    'is none when it is no reference: %j',
    async (meta) => {
      const home = makeHome();
      home.rollout(child, thread(child, ['c1'], meta));
      const reading = await readThread(home, child);
      expect(said(reading)).toEqual(['c1']);
      expect(reading.problems).toEqual([]);
    },
  );
});

describe('a revert', () => {
  /** Three turns, of which the third was reverted; the segment holds a new one. */
  function reverted(): { home: TestHome; lines: Envelope[]; later: Envelope[] } {
    const home = makeHome();
    const lines = thread(parent, ['p1', 'p2', 'p3']);
    const later = thread(parent, ['s1', 's2'], { history_base: baseAt(parent, lines, 11) }, 11);
    home.rollout(parent, lines);
    home.rollout(parent, later, { segment });
    return { home, lines, later };
  }

  it('keeps what it took back, marked', async () => {
    const reading = await readThread(reverted().home, parent);
    expect(said(reading)).toEqual(['p1', 'p2', '~p3', 's1', 's2']);
    expectWellFormed(reading);
    const older = reading.events.filter(({ base_rollout }) => base_rollout);
    expect(older.map(({ line }) => line)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
    expect(older.every((event) => event.base_rollout === parent && !event.inherited_from)).toBe(true);
    expect(reading.events.at(-1)).toMatchObject({ turn: 5, line: 11 });
  });

  it('is gone from what is in effect', async () => {
    expect(said(await readThread(reverted().home, parent, { effective: true }))).toEqual(['p1', 'p2', 's1', 's2']);
  });

  it('of a revert keeps both', async () => {
    const { home, lines } = reverted();
    home.rollout(parent, thread(parent, ['t1'], { history_base: baseAt(parent, lines, 6) }, 6), {
      segment: laterSegment,
    });
    const reading = await readThread(home, parent);
    expect(said(reading)).toEqual(['p1', '~p2', '~p3', '~s1', '~s2', 't1']);
    expectWellFormed(reading);
  });

  it('within the segment keeps the rest of it', async () => {
    const { home, later } = reverted();
    home.rollout(parent, thread(parent, ['t1'], { history_base: baseAt(segment, later, 6) }, 17), {
      segment: laterSegment,
    });
    expect(said(await readThread(home, parent))).toEqual(['p1', 'p2', '~p3', 's1', '~s2', 't1']);
  });

  it('is inherited as far as the fork goes back to it', async () => {
    const { home, later } = reverted();
    home.rollout(child, thread(child, ['c1'], { forked_from_id: parent, history_base: baseAt(segment, later, 6) }, 17));
    const reading = await readThread(home, child);
    expect(said(reading)).toEqual(['<p1', '<p2', '<s1', 'c1']);
    expect(
      reading.events
        .filter(({ base_rollout }) => base_rollout === segment)
        .every((event) => event.inherited_from === parent),
    ).toBe(true);
    expectWellFormed(reading);
  });

  it('of a fork to a place before the fork marks what was inherited since', async () => {
    const home = makeHome();
    const lines = thread(parent, ['p1', 'p2', 'p3']);
    home.rollout(parent, lines);
    home.rollout(child, thread(child, ['c1'], { forked_from_id: parent, history_base: baseAt(parent, lines, 11) }, 11));
    home.rollout(child, thread(child, ['d1'], { forked_from_id: parent, history_base: baseAt(parent, lines, 6) }, 6), {
      segment,
    });
    const reading = await readThread(home, child);
    expect(said(reading)).toEqual(['<p1', '~<p2', '~c1', 'd1']);
    expectWellFormed(reading);
  });

  it('to the very beginning leaves nothing before it', async () => {
    const home = makeHome();
    const lines = thread(parent, ['p1']);
    home.rollout(parent, lines);
    home.rollout(parent, thread(parent, ['s1'], { history_base: baseAt(parent, lines, 1) }, 1), { segment });
    expect(said(await readThread(home, parent))).toEqual(['~p1', 's1']);
  });

  it('whose first file is gone is reported', async () => {
    const { home } = reverted();
    unlinkSync(`${home.path}/sessions/2026/01/02/rollout-2026-01-02T03-04-05-${parent}.jsonl`);
    const reading = await readThread(home, parent);
    expect(said(reading)).toEqual(['s1', 's2']);
    expect(reading.problems).toMatchObject([{ rule: 'DANGLING' }]);
  });

  it('in files of which some are compressed is the same', async () => {
    const home = makeHome();
    const lines = thread(parent, ['p1', 'p2']);
    home.rollout(parent, lines, { compressed: true });
    home.rollout(parent, thread(parent, ['s1'], { history_base: baseAt(parent, lines, 6) }, 6), { segment });
    expect(said(await readThread(home, parent))).toEqual(['p1', '~p2', 's1']);
  });
});

describe('a file that is named by its path', () => {
  it('is read alone, without what it inherits', async () => {
    const { readFileAlone } = await import('./reading.ts');
    const home = makeHome();
    const lines = thread(parent, ['p1']);
    home.rollout(parent, lines);
    const path = home.write(
      'elsewhere.jsonl',
      jsonl(thread(child, ['c1'], { history_base: baseAt(parent, lines, 6) }, 6)),
    );
    const reading = await readFileAlone(path);
    expect(said(reading)).toEqual(['c1']);
    expect(reading.events.some((event) => event.base_rollout || event.inherited_from)).toBe(false);
    expectWellFormed(reading);
  });
});

function expectWellFormed({ events }: Reading): void {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index));
  const turns = events.map(({ turn }) => turn);
  expect(turns).toEqual([...turns].sort((a, b) => a - b));
}
