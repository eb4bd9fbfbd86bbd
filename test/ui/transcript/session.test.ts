import { describe, expect, it } from 'vitest';
import type { EventHead } from '../../../src/model/event.ts';
import { item, meta, msg, rowsOf, transcriptOf } from './events.ts';

const id = '01a203d7-e316-7a80-9774-2c7443b7cb15';
const parent = '01a203d8-0565-7f12-a399-4e15481b5a2f';
const own: Partial<EventHead> = { thread_id: id };

describe('the header of a session', () => {
  it('names the session, where it ran and with what', () => {
    const first = meta({
      id,
      timestamp: '2026-11-22T15:20:09.846Z',
      cwd: '/home/dev/widget',
      model_provider: 'mock',
      source: 'exec',
      originator: 'codex_exec',
      cli_version: '0.169.0',
      git: { branch: 'main', commit_hash: '0a445958f991c7f1b0d4c72a77a982654d6830fb' },
      forked_from_id: parent,
    });
    expect(rowsOf([first], { columns: 60 })).toEqual([
      `── session 01a203d7 ${'─'.repeat(40)}`,
      `   id         ${id}`,
      '   directory  /home/dev/widget',
      '   provider   mock',
      '   source     exec, codex_exec',
      '   version    0.169.0',
      '   branch     main at 0a445958',
      '   created    2026-11-22 15:20:09 UTC',
      `   forked     from ${parent}`,
    ]);
  });

  it('leaves out what the dialect does not record', () => {
    expect(rowsOf([meta({ id })])).toHaveLength(2);
  });

  it('says that the history is the effective one', () => {
    expect(transcriptOf([meta({ id })], { effective: true })).toContain('history    effective');
  });

  it('gives the instructions on request', () => {
    const events = [meta({ id, base_instructions: { text: 'Be brief.' } }), meta({ id, instructions: 'Be kind.' })];
    expect(transcriptOf(events)).not.toContain('Be brief');
    expect(transcriptOf(events, { showAll: true })).toContain('│ Be brief.');
  });

  it.each([
    ['cli', 'cli'],
    [{ subagent: 'review' }, 'subagent: review'],
    [{ subagent: { thread_spawn: { depth: 1 } } }, 'subagent: thread_spawn'],
  ])('gives the source %j as %s', (source, expected) => {
    expect(transcriptOf([meta({ id, source })])).toContain(`source     ${expected}\n`);
  });

  it('comes once: a later session record is a note', () => {
    const rows = rowsOf([meta({ id }, own), meta({ id }, own), meta({ id: parent }, own)]);
    expect(rows.filter((row) => row.includes('── session'))).toHaveLength(1);
    expect(rows.slice(-3)).toEqual(['· another session record', '', '· another session record of 01a203d8…']);
  });

  it('waits for the own record where a parent comes first', () => {
    const rows = rowsOf([meta({ id: parent }, { ...own, inherited_from: parent }), meta({ id, cwd: '/work' }, own)]);
    expect(rows[0]).toMatch(/^── session 01a203d7 ─/);
    expect(rows).toContain('· another session record of 01a203d8…');
    expect(rows).toContain('   directory  /work');
    expect(rows.filter((row) => row.startsWith('──'))).toHaveLength(1);
  });

  it('is only its first line where the stream begins later', () => {
    expect(rowsOf([msg('UserMessage', { text: 'go on' }, own)])).toEqual([
      `── session 01a203d7 ${'─'.repeat(60)}`,
      '',
      '> go on',
    ]);
  });
});

describe('several sessions in one stream', () => {
  it('are told apart by their id', () => {
    const rows = rowsOf([meta({ id }, own), meta({ id: parent }, { thread_id: parent })]);
    expect(rows.filter((row) => row.startsWith('── session'))).toHaveLength(2);
  });

  it('are told apart by the schema of the first event, also when it is the same session again', () => {
    const first = { ...own, schema: 'sessions.event/1' as const, turn: 1 };
    const rows = rowsOf([msg('UserMessage', { text: 'a' }, first), msg('UserMessage', { text: 'a' }, first)]);
    expect(rows.filter((row) => row.startsWith('── session'))).toHaveLength(2);
    expect(rows.filter((row) => row.startsWith('── turn 1'))).toHaveLength(2);
  });

  it('do not share calls', () => {
    const call = item('tool_call', { call_id: 'c1', name: 'first_tool', arguments_text: 'x' }, own);
    const result = item('tool_result', { call_id: 'c1', output: 'y', status: 'completed' }, { thread_id: parent });
    expect(transcriptOf([call, result])).toContain('← call c1\n');
  });

  it('each end with their tokens', () => {
    const count = msg('TokenCount', { total: { input_tokens: 10, output_tokens: 2 } }, own);
    const rows = rowsOf([count, meta({ id: parent }, { thread_id: parent })]);
    expect(rows.indexOf('· tokens: 10 in, 2 out')).toBeLessThan(rows.findIndex((row) => row.includes('01a203d8')));
  });
});

describe('the line of a turn', () => {
  const turns = (...heads: Partial<EventHead>[]) =>
    rowsOf(heads.map((head) => msg('TurnStarted', {}, head))).filter((row) => row.startsWith('── turn'));

  it('stands at each change of the turn', () => {
    expect(turns({ turn: 0 }, { turn: 2 }, { turn: 2 }, { turn: 3, timestamp: null })).toEqual([
      `── turn 2 ─ 14:02:11 ${'─'.repeat(59)}`,
      `── turn 3 ${'─'.repeat(70)}`,
    ]);
  });

  it('says that a turn was rolled back, or comes from another session', () => {
    expect(turns({ turn: 1, rolled_back: true })[0]).toContain('─ 14:02:11 ─ rolled back ─');
    expect(turns({ turn: 1, inherited_from: parent })[0]).toContain('─ inherited from 01a203d8… ─');
  });

  it.each([
    [0, '14:02:11'],
    [330, '19:32:11'],
    [-240, '10:02:11'],
  ])('gives the time at %d minutes from UTC', (utcOffset, expected) => {
    expect(transcriptOf([msg('TurnStarted', {}, { turn: 1 })], { utcOffset })).toContain(` ─ ${expected} ─`);
  });
});

describe('token totals', () => {
  const count = (input: number | string, turn: number) =>
    msg('TokenCount', { total: { input_tokens: input, cached_input_tokens: 5000, output_tokens: 678 } }, { turn });

  it('are given once a turn, as they stood last', () => {
    const rows = rowsOf([count(1, 1), count(12_345, 1), count(20_000, 2)]).filter((row) => row.includes('tokens'));
    expect(rows).toEqual([
      '· tokens so far: 12 345 in (5 000 cached), 678 out',
      '· tokens: 20 000 in (5 000 cached), 678 out',
    ]);
  });

  it('keep every digit of numbers beyond 2^53, and leave out what was not recorded', () => {
    expect(transcriptOf([count('12345678901234567890', 0)])).toContain('12 345 678 901 234 567 890 in');
    expect(transcriptOf([msg('TokenCount', { total: null })])).toBe('');
  });
});
