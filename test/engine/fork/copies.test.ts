import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../../src/engine/catalog.ts';
import { openThread } from '../../../src/engine/open-thread.ts';
import { readParts } from '../../../src/engine/read-thread.ts';
import { homeAt } from '../../../src/store/home.ts';
import { type Entry, envelope, idOf, jsonl, makeHome, record, type TestHome, turn } from '../../builders.ts';
import { at, fork, id, last, linesOf, saidIn, taskOf } from './forking.ts';

describe('a copy', () => {
  it('has the lines of its parent as they stand, and knows which they are', async () => {
    const home = makeHome();
    const text = jsonl(envelope(record.meta(id), ...turn('a'), ...turn('b'))).replace(
      '"a"',
      '"a \\u00e9 ", "n": 12345678901234567890',
    );
    home.rollout(id, text);
    const { forked, content } = await fork(home, last);
    expect(content.slice(content.indexOf('\n') + 1)).toBe(text);
    expect(await inheritedIn(home, forked.threadId)).toBe(text.split('\n').length - 1);
    home.write(`.sessions/lineage/${forked.threadId}.json`, '{"schema":"sessions.lineage-note/1"}');
    expect(await inheritedIn(home, forked.threadId)).toBe(text.split('\n').length - 1);
  });

  it('knows what it inherited when its parent is gone', async () => {
    const home = makeHome();
    const path = home.rollout(id, envelope(record.meta(id), ...turn('a')));
    const { forked } = await fork(home, last);
    home.write(path.slice(home.path.length + 1), '');
    expect(await inheritedIn(home, forked.threadId)).toBeGreaterThan(2);
    const note = JSON.parse(readFileSync(`${home.path}/.sessions/lineage/${forked.threadId}.json`, 'utf8'));
    home.write(`.sessions/lineage/${forked.threadId}.json`, JSON.stringify({ ...note, sha256: '0'.repeat(64) }));
    expect(await inheritedIn(home, forked.threadId)).toBe(0);
  });

  it('keeps what its parent says of itself, but for what makes it a sub-agent', async () => {
    const home = makeHome();
    const tools = [{ name: 'look', description: 'x', inputSchema: { type: 'object', maximum: 12345678901234567890n } }];
    const meta = record.meta(id, {
      session_id: idOf(5),
      source: { subagent: 'review' },
      parent_thread_id: idOf(5),
      agent_nickname: 'Finn',
      base_instructions: { text: 'be brief' },
      memory_mode: 'disabled',
      model_provider: 'mock',
      dynamic_tools: 'TOOLS',
    });
    const digits = JSON.stringify(tools, (_, value) => (typeof value === 'bigint' ? 'BIG' : value)).replace(
      '"BIG"',
      '12345678901234567890',
    );
    home.rollout(id, jsonl(envelope(meta, ...turn('a'))).replace('"TOOLS"', digits));
    const { forked, content } = await fork(home, last);
    const { payload } = linesOf(content)[0];
    expect(payload).toMatchObject({
      id: forked.threadId,
      session_id: forked.threadId,
      source: 'exec',
      base_instructions: { text: 'be brief' },
      memory_mode: 'disabled',
      model_provider: 'mock',
    });
    expect(payload.agent_nickname ?? payload.parent_thread_id).toBeUndefined();
    expect(content.split('\n')[0]).toContain(digits);
  });

  it('works in another folder', async () => {
    const home = makeHome();
    const context: Entry = [
      'turn_context',
      { turn_id: 't', cwd: '/old', model: 'm', approval_policy: 'never', summary: 'auto' },
    ];
    home.rollout(id, envelope(record.meta(id), record.started('t'), context, ...taskOf('a').slice(1)));
    const { child } = await fork(home, last, { cwd: '/new' });
    expect(child.settings).toMatchObject({ cwd: '/new', model: 'm', approvalPolicy: 'never' });
    expect((await fork(home, last)).child.settings.cwd).toBe('/old');
  });
});

describe('a session of Codex up to 0.29', () => {
  const bare = [
    { id, timestamp: '2026-01-02T03:04:05.000Z', instructions: 'Be brief.' },
    { record_type: 'state' },
    { type: 'message', id: null, role: 'user', content: [{ type: 'input_text', text: 'a' }] },
    { type: 'function_call', id: 'f', name: 'shell', arguments: '{"n":12345678901234567890}', call_id: 'c' },
    { type: 'function_call_output', call_id: 'c', output: 'x' },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'b' }] },
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'c' }] },
  ];

  it('is converted', async () => {
    const home = makeHome();
    home.rollout(id, bare);
    const { content, child } = await fork(home, last, { fallbackCwd: '/here' });
    const lines = linesOf(content);
    expect(lines.map(({ type, payload }) => (type === 'event_msg' ? payload.type : type))).toEqual([
      'session_meta',
      'task_started',
      'response_item',
      'user_message',
      'response_item',
      'response_item',
      'agent_message',
      'response_item',
      'task_complete',
    ]);
    expect(lines[0].payload).toMatchObject({ cwd: '/here', instructions: 'Be brief.', source: 'exec' });
    expect(content).toContain(JSON.stringify(bare[3]));
    expect([child.state, child.obstacle, child.turns]).toEqual(['idle', null, 1]);
    expect((await fork(home, at(2))).child.state).toBe('interrupted');
  });
});

describe('a parent that is compressed or archived', () => {
  it.each([{ compressed: true }, { archived: true }, { archived: true, compressed: true }])(
    'is copied %o',
    async (form) => {
      const home = makeHome();
      const lines = envelope(record.meta(id), ...turn('a'), ...turn('b'));
      home.rollout(id, lines, form);
      const { content, child, forked } = await fork(home, at(1));
      expect(saidIn(child.items)).toEqual(['a']);
      expect(child.obstacle).toBeNull();
      expect(forked.path).toMatch(/sessions\/\d+\/\d+\/\d+\/rollout-[^/]*\.jsonl$/);
      expect(jsonl(lines).startsWith(content.slice(content.indexOf('\n') + 1))).toBe(true);
    },
  );
});

async function inheritedIn(home: TestHome, threadId: string): Promise<number> {
  const source = await openThread(await loadCatalog(homeAt(home.path)), threadId, () => {});
  let count = 0;
  for await (const event of readParts(source, () => {})) if (event.inherited_from === id) count++;
  return count;
}
