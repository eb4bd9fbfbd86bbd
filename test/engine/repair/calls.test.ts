import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Entry, envelope, idOf, jsonl, paginated, record } from '../../builders.ts';
import { expectSound, makeOwnHome, repair } from './check-repair.ts';

const id = idOf(7);
const mode = { history_mode: 'paginated', session_id: id };
const paged = record.meta(id, mode);
const started = [record.meta(id), record.started('one'), record.userItem('go'), record.userEvent('go')] as Entry[];
const asks: [kind: string, call: Entry, answer: object][] = [
  ['a function', record.call('c1', 'shell', {}), { type: 'function_call_output', call_id: 'c1', output: 'aborted' }],
  [
    'a custom tool',
    record.item('custom_tool_call', { call_id: 'c1', name: 'apply_patch', input: '' }),
    { type: 'custom_tool_call_output', call_id: 'c1', output: 'aborted' },
  ],
  [
    'a shell',
    record.item('local_shell_call', { call_id: 'c1', status: 'completed', action: { type: 'exec', command: ['ls'] } }),
    { type: 'function_call_output', call_id: 'c1', output: 'aborted' },
  ],
];

describe('a call without a result', () => {
  it.each(asks)('of %s gets one before its turn is completed', async (_, call, answer) => {
    const entries = [...started, call, record.agentItem('done'), record.complete('one')];
    const lines = await repairedLines(jsonl(envelope(...entries)));
    const added = lines.findIndex(({ payload }) => JSON.stringify(payload) === JSON.stringify(answer));
    expect(added).toBe(6);
    expect(lines[6]?.timestamp).toBe(lines[7]?.timestamp);
    expect(lines.length).toBe(entries.length + 1);
  });

  it('of a paginated session gets one with a number of its own', async () => {
    const entries = [...started, record.call('c1', 'shell', {}), record.complete('one'), record.started('two')];
    const lines = await repairedLines(jsonl(paginated(0, paged, ...entries.slice(1))));
    expect(lines.map(({ ordinal }) => ordinal)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(lines[5]?.payload.type).toBe('function_call_output');
  });

  it('whose result was damaged gets another one', async () => {
    const entries = [...started, record.call('c1', 'shell', {}), record.output('c1', 'text'), record.complete('one')];
    const lines = await repairedLines(
      jsonl(paginated(0, paged, ...entries.slice(1))).replace('"output":"text"', '"output":"te\0t"'),
    );
    expect(lines.map(({ ordinal }) => ordinal)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(lines[5]?.payload).toEqual({ type: 'function_call_output', call_id: 'c1', output: 'aborted' });
  });

  it.each([
    ['was aborted', record.event('turn_aborted', { turn_id: 'one', reason: 'interrupted' })],
    ['goes on', record.agentItem('well')],
    ['is followed by another one', record.started('two')],
  ] as [string, Entry][])('needs nothing when its turn %s', async (_, end) => {
    const home = makeOwnHome();
    const path = home.rollout(id, envelope(...started, record.call('c1', 'shell', {}), end));
    const { code, edits, file } = await repair(home.path, path);
    expect([code, edits, file.result]).toEqual([0, [], 'nothing']);
  });
});

async function repairedLines(content: string) {
  const home = makeOwnHome();
  const path = home.rollout(id, content);
  const stored = readFileSync(path);
  const result = await expectSound(home.path, await repair(home.path, path), stored);
  const lines = result.toString().trim().split('\n');
  return lines.map((line) => JSON.parse(line) as { timestamp: string; ordinal?: number; payload: { type?: string } });
}
