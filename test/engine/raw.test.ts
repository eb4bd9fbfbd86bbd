import { describe, expect, it } from 'vitest';
import { parseEventFilter } from '../../src/engine/event-filter.ts';
import { openTarget, rawFile } from '../../src/engine/open-target.ts';
import type { Problem } from '../../src/engine/problem.ts';
import { readRaw } from '../../src/engine/raw.ts';
import { openSessions } from '../../src/engine/resolve-session.ts';
import {
  envelope,
  idOf,
  jsonl,
  makeHome,
  offsetOf,
  paginated,
  record,
  type TestHome,
  turn,
  zstdFrame,
} from '../builders.ts';
import type { Json } from '../support/json.ts';
import { readThread } from './reading.ts';

const id = idOf(1);
const lines = envelope(
  record.meta(id),
  ...turn('one'),
  record.call('c1', 'shell', { command: ['ls'] }),
  record.output('c1', 'patch rejected by user'),
  record.event('patch_apply_end', { call_id: 'c1', changes: {}, success: false }),
  ['world_state', {}],
  ...turn('two'),
);
const text = jsonl(lines);

describe('the bytes of a session', () => {
  it.each([
    ['plain', {}],
    ['compressed', { compressed: true }],
    ['archived', { archived: true }],
  ])('are those of its file, decompressed: %s', async (_what, options) => {
    const odd = `${text}\r\n\n{"torn`;
    const home = makeHome();
    home.rollout(id, odd, options);
    expect((await raw(home, id)).bytes).toBe(odd);
  });

  it('are those of the current segment, without what it refers to', async () => {
    const home = makeHome();
    const first = paginated(0, record.meta(id), ...turn('a'));
    const base = { thread_id: id, end_ordinal_exclusive: 9, end_byte_offset: offsetOf(first, 9) };
    const second = paginated(9, record.meta(id, { history_base: base }), ...turn('b'));
    home.rollout(id, first);
    home.rollout(id, second, { segment: idOf(40) });
    expect((await raw(home, id)).bytes).toBe(jsonl(second));
  });

  it('come as far as they can be had', async () => {
    const home = makeHome();
    const path = home.write('x.jsonl.zst', Buffer.concat([zstdFrame(text), Buffer.from('garbage')]));
    const { bytes, problems } = await raw(home, path);
    expect(bytes).toBe(text);
    expect(problems).toMatchObject([{ rule: 'ZSTD-TRAILING', weight: 'lost', file: path }]);
  });
});

describe('lines that are wanted', () => {
  it.each<[string, Parameters<typeof parseEventFilter>[0], (line: Json) => boolean]>([
    ['by record type', { ...no(), types: ['ResponseItem'] }, ({ type }) => type === 'response_item'],
    ['by record type on disk', { ...no(), types: ['event_msg'] }, ({ type }) => type === 'event_msg'],
    [
      'by types',
      { ...no(), types: ['session_meta', 'world_state'] },
      ({ type }) => type === 'session_meta' || type === 'world_state',
    ],
    ['by what is not known', { ...no(), types: ['Unknown'] }, ({ type }) => type === 'world_state'],
    ['by item', { ...no(), itemTypes: ['tool_call'] }, ({ payload }) => payload.type === 'function_call'],
    [
      'by item that was an event',
      { ...no(), itemTypes: ['file_change'] },
      ({ payload }) => payload.type === 'patch_apply_end',
    ],
    ['by item that no line is behind', { ...no(), itemTypes: ['approval'] }, () => false],
    ['by message', { ...no(), msgTypes: ['TokenCount'] }, ({ payload }) => payload.type === 'token_count'],
    [
      'by type and item',
      { ...no(), types: ['response_item'], itemTypes: ['message'] },
      ({ payload }) => payload.type === 'message',
    ],
    ['by turn', { ...no(), turns: '2' }, (line) => lines.indexOf(line) >= 13],
    [
      'by turn and message',
      { ...no(), turns: '..1', msgTypes: ['user_message'] },
      (line) => line.payload.message === 'one',
    ],
  ])('are copied as they are: %s', async (_what, given, isWanted) => {
    const expected = jsonl(lines.filter(isWanted));
    for (const compressed of [false, true]) {
      const home = makeHome();
      home.rollout(id, lines, { compressed });
      expect((await raw(home, id, given)).bytes).toBe(expected);
    }
  });

  it('of a turn are those of the turn of the session, not of the file', async () => {
    const home = makeHome();
    const first = paginated(0, record.meta(id), ...turn('a'), ...turn('b'));
    const base = { thread_id: id, end_ordinal_exclusive: 17, end_byte_offset: offsetOf(first, 17) };
    const own = paginated(
      17,
      record.meta(idOf(2), { forked_from_id: id, history_base: base }),
      ...turn('c'),
      ...turn('d'),
    );
    home.rollout(id, first);
    const path = home.rollout(idOf(2), own);
    expect((await raw(home, idOf(2), { ...no(), turns: '4' })).bytes).toBe(jsonl(own.slice(9)));
    expect((await raw(home, idOf(2), { ...no(), turns: '1' })).bytes).toBe('');
    expect((await raw(home, path, { ...no(), turns: '2' })).bytes).toBe(jsonl(own.slice(9)));
  });

  it('of a stream of events are its own lines', async () => {
    const home = makeHome();
    home.rollout(id, lines);
    const { events } = await readThread(home, id);
    const told = events.filter((event) => event.type !== 'Unknown');
    const path = home.write('events.jsonl', jsonl(told));
    const wanted = (isWanted: (event: Json) => boolean) => jsonl(told.filter(isWanted));
    expect((await raw(home, path, { ...no(), types: ['ResponseItem'] })).bytes).toBe(
      wanted(({ type }) => type === 'ResponseItem'),
    );
    expect((await raw(home, path, { ...no(), itemTypes: ['tool_call'] })).bytes).toBe(
      wanted(({ item }) => item?.type === 'tool_call'),
    );
    expect((await raw(home, path, { ...no(), turns: '2' })).bytes).toBe(wanted((event) => event.turn === 2));
  });
});

function no() {
  return { types: [], msgTypes: [], itemTypes: [] };
}

async function raw(home: TestHome, session: string, given: Parameters<typeof parseEventFilter>[0] = no()) {
  const sessions = openSessions({ CODEX_HOME: home.path }, '/');
  const target = await sessions.resolve(session);
  const problems: Problem[] = [];
  const chunks: Buffer[] = [];
  for await (const chunk of readRaw(await rawFile(sessions, target), parseEventFilter(given), (problem) =>
    problems.push(problem),
  )) {
    chunks.push(Buffer.from(chunk));
  }
  expect((await openTarget(sessions, target, () => {})).parts.length).toBeGreaterThan(0);
  return { bytes: Buffer.concat(chunks).toString(), problems };
}
