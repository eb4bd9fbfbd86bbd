import { renameSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openThread } from '../../src/engine/open-thread.ts';
import type { Problem } from '../../src/engine/problem.ts';
import { readParts } from '../../src/engine/read-thread.ts';
import {
  type Entry,
  envelope,
  idOf,
  jsonl,
  type Lines,
  makeHome,
  paginated,
  record,
  turn,
  unmarkedTurn,
} from '../builders.ts';
import { catalogOf, kinds, type Reading, readThread, said } from './reading.ts';

const id = idOf(1);

describe('the dialect without envelopes', () => {
  const lines = [
    { id, timestamp: '2025-08-10T09:00:00.123Z', instructions: null, git: { branch: 'main' } },
    { record_type: 'state' },
    {
      type: 'message',
      role: 'user',
      content: [{ type: 'input_text', text: '<environment_context>\n</environment_context>' }],
    },
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hello' }] },
    { type: 'reasoning', id: 'rs', summary: [], encrypted_content: 'x' },
    { type: 'function_call', id: 'fc', name: 'shell', arguments: '{"command":["ls"]}', call_id: 'c1' },
    {
      type: 'function_call_output',
      call_id: 'c1',
      output: '{"output":"a\\n","metadata":{"exit_code":0,"duration_seconds":0.1}}',
    },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'hi' }] },
    { record_type: 'state' },
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'again' }] },
  ];

  it('is told as any other, with messages of user and agent added', async () => {
    const reading = await readBack(lines);
    expect(kinds(reading)).toEqual([
      'SessionMeta',
      'Unknown',
      'message',
      'message',
      'UserMessage',
      'reasoning',
      'tool_call',
      'tool_result',
      'message',
      'AgentMessage',
      'Unknown',
      'message',
      'UserMessage',
    ]);
    expect(said(reading)).toEqual(['hello', 'hi', 'again']);
    expect(reading.events.map(({ turn }) => turn)).toEqual([0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2]);
    expectWellFormed(reading);
  });

  it('marks what no line stands behind', async () => {
    const { events } = await readBack(lines);
    expect(events.filter(({ synthetic }) => synthetic).map(({ line, msg }) => [line, msg.type])).toEqual([
      [undefined, 'UserMessage'],
      [undefined, 'AgentMessage'],
      [undefined, 'UserMessage'],
    ]);
    expect(events.flatMap(({ line }) => line ?? [])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('has no times but that of the meta', async () => {
    const { events } = await readBack(lines);
    expect(events.map(({ timestamp }) => timestamp)).toEqual(['2025-08-10T09:00:00.123Z', ...Array(12).fill(null)]);
  });

  it('joins the texts of a message, without the wrappers around images', async () => {
    const content = [
      { type: 'input_text', text: '<image name="a.png">' },
      { type: 'input_image', image_url: 'data:,x' },
      { type: 'input_text', text: '</image>' },
      { type: 'input_text', text: 'what is this?' },
    ];
    expect(said(await readBack([lines[0]!, { type: 'message', role: 'user', content }]))).toEqual(['what is this?']);
  });
});

describe('turns', () => {
  it('of 0.34 to 0.98, where nothing marks them, begin at what the user said', async () => {
    const reading = await readBack(
      envelope(
        record.meta(id),
        ...unmarkedTurn('one'),
        ...unmarkedTurn('two'),
        record.event('context_compacted'),
        ...unmarkedTurn('three'),
      ),
    );
    expect(turnsOfMessages(reading)).toEqual([1, 1, 2, 2, 3, 3]);
    expect(reading.events.at(-1)?.turn).toBe(3);
    expectWellFormed(reading);
  });

  it('of 0.101 and later go by their marks', async () => {
    const steered: Entry[] = [
      record.started('s'),
      record.userEvent('a'),
      record.agentEvent('b'),
      record.userEvent('c'),
      record.complete('s'),
    ];
    const reading = await readBack(envelope(record.meta(id), ...turn('one'), ...steered, ...turn('three')));
    expect(turnsOfMessages(reading)).toEqual([1, 1, 2, 2, 2, 3, 3]);
    expect(reading.events[1]).toMatchObject({ turn: 1, msg: { type: 'TurnStarted' } });
  });

  it('do not count a compaction, before the first or after the last', async () => {
    const compaction: Entry[] = [
      record.started('c'),
      ['compacted', { message: '', replacement_history: [] }],
      record.event('context_compacted'),
      record.complete('c'),
    ];
    const reading = await readBack(envelope(record.meta(id), ...compaction, ...turn('one'), ...compaction));
    expect(reading.events.map(({ turn }) => turn)).toEqual([0, 0, 0, 0, 0, ...Array(12).fill(1)]);
  });

  it('hold what comes late: a command that was killed after the abort', async () => {
    const reading = await readBack(
      paginated(
        0,
        record.meta(id, { history_mode: 'paginated' }),
        record.started('a'),
        record.completed({ type: 'UserMessage', content: [{ type: 'text', text: 'run' }] }),
        record.event('turn_aborted', { turn_id: 'a', reason: 'interrupted' }),
        record.completed({ type: 'CommandExecution', command: ['sleep'], status: 'failed' }),
      ),
    );
    expect(reading.events.map(({ turn }) => turn)).toEqual([0, 1, 1, 1, 1]);
  });

  it('are known in time: what waits for them is bounded', async () => {
    const filler: Entry[] = Array.from({ length: 600 }, (_, index) => ['world_state', { index }]);
    const reading = await readBack(envelope(record.meta(id), record.started('a'), ...filler, record.userEvent('x')));
    expect(reading.events.map(({ turn }) => turn)).toEqual([0, ...Array(602).fill(1)]);
    expectWellFormed(reading);
  });

  it('are known in time: of long lines fewer wait', async () => {
    const home = makeHome();
    const filler: Entry[] = Array.from({ length: 40 }, () => ['world_state', { pad: 'x'.repeat(500_000) }]);
    home.rollout(id, envelope(record.meta(id), record.started('a'), ...filler));
    const source = await openThread(await catalogOf(home), id, () => {});
    let most = 0;
    for await (const { seq } of readParts(source, () => {})) most = Math.max(most, seq);
    expect(most).toBe(41);
  });
});

describe('a fork by copy', () => {
  const [parent, child, other] = [idOf(2), idOf(3), idOf(4)];
  const parentLines = envelope(record.meta(parent), ...turn('p1'), ...turn('p2'));

  function copied(entries: Entry[], meta = {}): Lines {
    // Codex gives what it copies new times.
    return envelope(record.meta(child, meta), ...entries).map((line) => ({
      ...line,
      timestamp: '2026-02-02T02:02:02.222Z',
    }));
  }

  const history: Entry[] = parentLines.map(({ type, payload }) => [type, payload]);

  it('marks what it has from its parent, and nothing else', async () => {
    const home = makeHome();
    home.rollout(parent, parentLines);
    home.rollout(child, copied([...history.slice(0, 9), ...turn('c1')], { forked_from_id: parent }));
    const reading = await readThread(home, child);
    expect(said(reading)).toEqual(['<p1', '<re: p1', 'c1', 're: c1']);
    expect(reading.events.filter((event) => event.inherited_from).map(({ line }) => line)).toEqual([
      2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
    expect(reading.events.some((event) => event.base_rollout)).toBe(false);
    expect(reading.events.at(-1)?.turn).toBe(2);
    expectWellFormed(reading);
  });

  it('of 0.80, which names its parent only by the copied meta, is marked as well', async () => {
    const home = makeHome();
    home.rollout(parent, parentLines);
    home.rollout(child, copied([...history, ...turn('c1')]));
    expect(said(await readThread(home, child))).toEqual(['<p1', '<re: p1', '<p2', '<re: p2', 'c1', 're: c1']);
  });

  it('ends where it differs, also when it is the same again later', async () => {
    const home = makeHome();
    home.rollout(parent, parentLines);
    home.rollout(
      child,
      copied([...history.slice(0, 9), record.userEvent('own'), ...history.slice(10)], { forked_from_id: parent }),
    );
    const { events } = await readThread(home, child);
    expect(events.filter((event) => event.inherited_from).length).toBe(9);
  });

  it('is compared by what stands there, digit by digit', async () => {
    const home = makeHome();
    const numbered = (digits: string) => `{"timestamp":"T","type":"world_state","payload":{"n":${digits}}}\n`;
    home.rollout(parent, jsonl(parentLines) + numbered('9007199254740993') + numbered('1'));
    const own = jsonl(copied(history, { forked_from_id: parent }) as object[]);
    home.rollout(child, own + numbered('9007199254740992') + numbered('1'));
    const { events } = await readThread(home, child);
    expect(events.filter((event) => event.inherited_from).length).toBe(history.length);
  });

  it('of a parent that is compressed or archived is marked as well', async () => {
    for (const options of [{ compressed: true }, { archived: true }]) {
      const home = makeHome();
      home.rollout(parent, parentLines, options);
      home.rollout(child, copied(history, { forked_from_id: parent }));
      expect(said(await readThread(home, child))).toEqual(['<p1', '<re: p1', '<p2', '<re: p2']);
    }
  });

  it('passes over damaged lines on either side', async () => {
    const home = makeHome();
    home.rollout(parent, `${jsonl(parentLines.slice(0, 3))}garbage\n${jsonl(parentLines.slice(3))}`);
    const own = copied(history, { forked_from_id: parent }) as object[];
    home.rollout(child, `${jsonl(own.slice(0, 6))}{"torn\n\n${jsonl(own.slice(6))}`);
    const { events } = await readThread(home, child);
    expect(events.filter((event) => event.inherited_from).length).toBe(history.length);
  });

  it('of a parent that is not here says nothing of it', async () => {
    const home = makeHome();
    home.rollout(child, copied(history, { forked_from_id: parent }));
    const reading = await readThread(home, child);
    expect(said(reading)).toEqual(['p1', 're: p1', 'p2', 're: p2']);
    expect(reading.problems).toEqual([]);
  });

  it('of a parent that cannot be opened is shown, with a note', async () => {
    const home = makeHome();
    const parentPath = home.rollout(parent, parentLines);
    home.rollout(child, copied(history, { forked_from_id: parent }));
    const problems: Problem[] = [];
    const source = await openThread(await catalogOf(home), child, () => {});
    renameSync(parentPath, `${parentPath}.moved`);
    let inherited = 0;
    for await (const event of readParts(source, (problem) => problems.push(problem)))
      if (event.inherited_from) inherited++;
    expect(inherited).toBe(0);
    expect(problems).toMatchObject([{ rule: 'UNREADABLE', weight: 'note', file: parentPath }]);
  });

  it('of itself, or of a fork of something else, is no fork', async () => {
    const home = makeHome();
    home.rollout(other, envelope(record.meta(other), ...turn('o1')));
    home.rollout(child, copied(history, { forked_from_id: child }));
    expect(said(await readThread(home, child))).toEqual(['p1', 're: p1', 'p2', 're: p2']);
    home.rollout(child, copied(history, { forked_from_id: other }));
    expect(said(await readThread(home, child))).toEqual(['p1', 're: p1', 'p2', 're: p2']);
  });

  it('of a thread that was itself copied is marked to the end of the copy', async () => {
    const home = makeHome();
    const middle = envelope(record.meta(other, { forked_from_id: parent }), ...history, ...turn('m1'));
    home.rollout(parent, parentLines);
    home.rollout(other, middle);
    home.rollout(
      child,
      copied(
        middle.map(({ type, payload }) => [type, payload]),
        { forked_from_id: other },
      ),
    );
    const { events } = await readThread(home, child);
    expect(events.filter((event) => event.inherited_from === other).length).toBe(middle.length);
  });
});

describe('several metas in one file', () => {
  it('are all shown; what they change does not make them another thread', async () => {
    const reading = await readBack(
      envelope(record.meta(id), ...turn('one'), record.meta(id, { memory_mode: 'disabled' })),
    );
    expect(kinds(reading).filter((kind) => kind === 'SessionMeta').length).toBe(2);
    expect(reading.events.every((event) => event.thread_id === id && !event.inherited_from)).toBe(true);
  });
});

describe('a tool call that was declined', () => {
  it('has an approval that is inferred', async () => {
    const reading = await readBack(
      envelope(
        record.meta(id),
        record.call('c1', 'shell', { command: ['ls'] }),
        record.output('c1', 'exec command rejected by user'),
      ),
    );
    expect(kinds(reading)).toEqual(['SessionMeta', 'tool_call', 'tool_result', 'approval']);
    expect(reading.events[3]).toMatchObject({
      synthetic: true,
      timestamp: reading.events[2]?.timestamp,
      item: { type: 'approval', call_id: 'c1', decision: 'denied', inferred: true },
    });
    expect(reading.events[3]).not.toHaveProperty('line');
  });

  it('has no second one where the decision was recorded', async () => {
    const reading = await readBack(
      envelope(
        record.meta(id),
        record.call('c1', 'shell', { command: ['ls'] }),
        record.event('sessions_approval', { call_id: 'c1', decision: 'declined', by: 'user', reason: null }),
        record.output('c1', 'exec command rejected by user'),
        record.call('c2', 'shell', { command: ['ls'] }),
        record.output('c2', 'exec command rejected by user'),
      ),
    );
    const kindsAfter = ['tool_call', 'approval', 'tool_result', 'tool_call', 'tool_result', 'approval'];
    expect(kinds(reading)).toEqual(['SessionMeta', ...kindsAfter]);
  });
});

describe('the time of an event', () => {
  it.each([
    ['2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05.678Z'],
    ['2026-01-02T03:04:05.123456789Z', '2026-01-02T03:04:05.123456789Z'],
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
    ['2026-01-02T05:04:05.678+02:00', '2026-01-02T03:04:05.678Z'],
    ['2026-02-30T00:00:00Z', null],
    ['2026-01-02T03:04:60Z', null],
    ['2026-01-02T03:04:05', null],
    ['yesterday', null],
    ['', null],
  ])('%s is %s', async (recorded, published) => {
    const reading = await readBack([{ timestamp: recorded, type: 'world_state', payload: {} }]);
    expect(reading.events[0]?.timestamp).toBe(published);
  });
});

async function readBack(lines: Lines): Promise<Reading> {
  const home = makeHome();
  home.rollout(id, lines);
  return readThread(home, id);
}

function turnsOfMessages({ events }: Reading): number[] {
  return events
    .filter(({ msg }) => msg?.type === 'UserMessage' || msg?.type === 'AgentMessage')
    .map(({ turn }) => turn);
}

function expectWellFormed({ events }: Reading): void {
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_event, index) => index));
  const turns = events.map(({ turn }) => turn);
  expect(turns).toEqual([...turns].sort((a, b) => a - b));
}
