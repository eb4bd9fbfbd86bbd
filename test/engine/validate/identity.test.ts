import { describe, expect, it } from 'vitest';
import { check, rulesOf, session, sessionId } from './check-lines.ts';

const name = (id: string) => `rollout-2026-05-01T12-00-00-${id}.jsonl`;
const other = '01a01234-0000-7abc-8def-0123456789ab';

describe('the first record', () => {
  it('has the id of the file', async () => {
    expect(await rulesOf(session('envelope').bytes, name(sessionId))).toEqual([]);
    expect(await rulesOf(session('envelope').bytes, name(sessionId.toUpperCase()))).toEqual([]);
    expect(await check(session('envelope').bytes, name(other))).toMatchObject([
      { rule: 'ID-MISMATCH', line: 1, offset: 0, pointer: '/payload/id', thread_id: sessionId },
    ]);
  });

  it('has the id of the thread in the name of a reverted session', async () => {
    expect(await rulesOf(session('envelope').bytes, name(`${sessionId}_${other}`))).toEqual([]);
    expect(await rulesOf(session('envelope').bytes, name(`${other}_${sessionId}`))).toEqual(['ID-MISMATCH error 1']);
  });

  it('may have any id where the name holds none', async () => {
    expect(await rulesOf(session('envelope').bytes, 'copy.jsonl')).toEqual([]);
  });

  it('is the session_meta, also of a bare file', async () => {
    const bare = [
      `{"id":"${sessionId}","timestamp":"2025-08-07T09:12:44.120Z","instructions":null}`,
      '{"record_type":"state"}',
    ];
    expect(await rulesOf(`${bare.join('\n')}\n`, name(sessionId))).toEqual([]);
    expect(await rulesOf(`${bare.reverse().join('\n')}\n`)).toEqual(['NO-META error 1']);
  });

  it('is the first that can be read', async () => {
    const meta = session('envelope').bytes;
    expect(await rulesOf(`\n${meta}`)).toEqual(['BLANK note 1']);
    expect(await rulesOf(`garbage\n${meta}`)).toEqual(['BAD-JSON error 1']);
  });

  it('may be followed by another one: of a parent, or with what has changed', async () => {
    const rollout = session('envelope', { forked_from_id: other });
    const fields = { timestamp: '2026-04-01T12:00:00.000Z', cwd: '/', originator: 'o', cli_version: '0' };
    rollout
      .add('session_meta', { id: other, ...fields })
      .add('session_meta', { id: sessionId, ...fields, memory_mode: 'disabled' });
    expect(await rulesOf(rollout.bytes, name(sessionId))).toEqual(['DANGLING note 1']);
  });

  it('may be any in a stream of events', async () => {
    const event = {
      thread_id: sessionId,
      seq: 3,
      timestamp: null,
      turn: 1,
      type: 'EventMsg',
      msg: { type: 'UserMessage', text: 'x' },
    };
    expect(await check(`${JSON.stringify(event)}\n`)).toEqual([]);
  });

  it('names a known history mode', async () => {
    expect(await rulesOf(session('envelope', { history_mode: 'legacy' }).bytes)).toEqual([]);
    expect(await rulesOf(session('envelope', { history_mode: null }).bytes)).toEqual([]);
    expect(await rulesOf(session('envelope', { history_mode: 'sharded' }).bytes)).toEqual(['HISTORY-MODE note 1']);
  });
});

describe('the dialect of lines', () => {
  const bareLine = '{"type":"message","role":"user","content":[]}\n';

  it('is that of the file; of a run of others the first is named', async () => {
    const lines = `${session('envelope').bytes}${bareLine}${bareLine}`;
    expect(await rulesOf(lines)).toEqual(['MIXED-DIALECT error 2']);
    const more = session('envelope').event('user_message', { message: 'x' }).bytes.toString().split('\n')[1];
    expect(await rulesOf(`${lines}${more}\n${bareLine}`)).toEqual(['MIXED-DIALECT error 2', 'MIXED-DIALECT error 5']);
  });

  it('may be unknown', async () => {
    expect(await check(`${session('envelope').bytes}{"a":1}\n`)).toMatchObject([
      { rule: 'SCHEMA', line: 2, pointer: '' },
    ]);
  });

  it('tells what an unknown kind is, once a file', async () => {
    const rollout = session('envelope').event('new_event').event('new_event').item('new_item').add('new_record', {});
    const found = await check(rollout.bytes);
    expect(found.map(({ rule, line, pointer }) => [rule, line, pointer])).toEqual([
      ['UNKNOWN', 2, '/payload/type'],
      ['UNKNOWN', 4, '/payload/type'],
      ['UNKNOWN', 5, '/type'],
    ]);
  });
});
