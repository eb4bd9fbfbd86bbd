import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { validateEvent } from '../../src/format/event-schema.ts';
import type { Event } from '../../src/model/event.ts';
import { events, responsesEvents, startModelServer } from '../support/model-server.ts';
import { hasSandbox, sandboxMode } from '../support/sandbox-mode.ts';
import { linesOf, makeExecRig } from './exec-rig.ts';

const shell = (command: string, more: object = {}) => ({ name: 'shell_command', arguments: { command, ...more } });
const servers: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

describe('sessions exec', () => {
  it('writes the answer to stdout and what happens to stderr, and the row is right at once', async () => {
    const rig = makeExecRig();
    await rig.rows();
    const steps = [
      { reasoning: 'Thinking.', text: 'I look.', calls: [shell('echo found it')], usage: { input: 10, output: 5 } },
      { expect: 'found it', text: 'It is there.', usage: { input: 20, output: 5 } },
    ];
    const { code, out, err } = await rig.exec(steps, ['--name', 'the search', 'where is it?']);
    expect({ code, out }).toEqual({ code: 0, out: 'It is there.\n' });
    expect(err).toMatch(/Thinking\.[\s\S]*I look\.[\s\S]*\$ echo found it[\s\S]*found it[\s\S]*tokens +40/);
    expect(err).not.toContain('It is there.');
    const [row, ...others] = await rig.rows();
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      ...{ name: 'the search', first_message: 'where is it?', cwd: rig.work, model: 'scripted', source: 'exec' },
      ...{ tokens_used: 40, turns: 1, tool_calls: 1, live: false, damage: [] },
    });
    expect(row?.path).toMatch(/\.jsonl\.zst$/);
    expect((await rig.run(['validate'])).code).toBe(0);
  });

  it('streams with --json what show prints afterwards, and pieces of the answer between', async () => {
    const rig = makeExecRig();
    const calls = [shell('echo x'), shell('true', { with_escalated_permissions: true })];
    const { code, out } = await rig.exec([{ calls }, { text: 'a b c d' }], ['--json', 'go']);
    expect(code).toBe(0);
    const streamed = linesOf(out) as Event[];
    for (const event of streamed) expect(validateEvent(event)).toMatchObject({ ok: true });
    const isDelta = (event: Event) => event.type === 'EventMsg' && event.msg.type.endsWith('Delta');
    const deltas = streamed.filter(isDelta) as (Event & { msg: { type: string; delta: string } })[];
    const text = deltas.filter(({ msg }) => msg.type === 'AgentMessageDelta').map(({ msg }) => msg.delta);
    expect(text.join('')).toBe('a b c d');
    expect(deltas.every((event) => !('seq' in event))).toBe(true);
    const recorded = streamed.filter((event) => !isDelta(event));
    expect(recorded).toEqual(await rig.events(recorded[0]?.thread_id as string));
  });

  it('goes on counting when a session is resumed', async () => {
    const rig = makeExecRig();
    await rig.exec([{ text: 'one' }], ['first']);
    const { out } = await rig.exec([{ text: 'two' }], ['resume', '--last', '--json', 'second']);
    const streamed = linesOf(out) as Event[];
    expect(streamed.map(({ schema }) => schema)).toEqual([
      'sessions.event/1',
      ...streamed.slice(1).map(() => undefined),
    ]);
    const recorded = streamed.filter((event) => 'seq' in event).map(({ schema: _, ...event }) => event);
    const shown = await rig.events(recorded[0]?.thread_id as string);
    expect(recorded).toEqual(shown.slice(-recorded.length));
  });

  it('prints the id alone with --print-id', async () => {
    const rig = makeExecRig();
    const { out } = await rig.exec([{ text: 'one' }], ['--print-id', 'first']);
    expect(out).toBe(`${(await rig.rows())[0]?.thread_id}\n`);
  });

  it('leaves no trace with --ephemeral', async () => {
    const rig = makeExecRig();
    const before = rig.files();
    const { code, out } = await rig.exec([{ calls: [shell('echo x')] }, { text: 'one' }], ['--ephemeral', 'first']);
    expect({ code, out }).toEqual({ code: 0, out: 'one\n' });
    expect(rig.files()).toEqual(before);
    const json = await rig.exec([{ text: 'one' }], ['--ephemeral', '--json', 'first']);
    for (const event of linesOf(json.out)) expect(validateEvent(event)).toMatchObject({ ok: true });
    expect(rig.files()).toEqual(before);
  });

  it('reads the prompt from stdin, or puts what is piped behind it', async () => {
    const rig = makeExecRig();
    await rig.exec([{ text: 'ok' }], ['-'], { stdin: 'from a pipe\n' });
    await rig.exec([{ text: 'ok' }], [], { stdin: 'without a dash' });
    await rig.exec([{ text: 'ok' }], ['look at this'], { stdin: 'line' });
    const messages = (await rig.rows('--sort', 'created', '--reverse')).map((row) => row.first_message);
    expect(messages).toEqual(['from a pipe', 'without a dash', 'look at this\n\n<stdin>\nline\n</stdin>']);
    expect(await rig.exec([], ['-'])).toMatchObject({ code: 2 });
    expect(await rig.exec([], [], { isTerminal: true })).toMatchObject({ code: 2 });
  });

  it('asks a server, with images, a schema and a key that is nowhere afterwards', async () => {
    const rig = makeExecRig();
    const usage = { input_tokens: 7, output_tokens: 3, total_tokens: 10 };
    const server = await startModelServer(events(responsesEvents.message('{"a":1}'), responsesEvents.completed(usage)));
    servers.push(server);
    const image = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    writeFileSync(join(rig.work, 'a.png'), image);
    writeFileSync(join(rig.work, 's.json'), '{"type":"object"}');
    const provider = `{wire_api="responses",base_url="${server.url}",env_key="SECRET_KEY"}`;
    const argv = ['exec', '-c', `model_providers.mine=${provider}`, '--provider', 'mine', '-m', 'big', '--json'];
    const files = ['--image', 'a.png', '--output-schema', 's.json', '-o', 'answer.txt', 'what is it?'];
    const key = 'sk-very-secret-0123456789';
    const { code, out, err } = await rig.run([...argv, ...files], { env: { SECRET_KEY: key } });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const [{ headers, body }] = server.requests as [(typeof server.requests)[0]];
    expect(headers.authorization).toBe(`Bearer ${key}`);
    expect(JSON.stringify(body)).toContain(image.toString('base64'));
    expect(body).toMatchObject({ model: 'big', text: { format: { schema: { type: 'object' } } } });
    expect(readFileSync(join(rig.work, 'answer.txt'), 'utf8')).toBe('{"a":1}');
    expect(out).not.toContain(key);
    const [row] = await rig.rows();
    expect(row).toMatchObject({ model: 'big', model_provider: 'mine', tokens_used: 10 });
    expect((await rig.run(['show', '--raw', row?.thread_id as string])).out).not.toContain(key);
  });

  it('ends with 1 when the agent fails, and the session can be resumed', async () => {
    const rig = makeExecRig();
    const { code, err } = await rig.exec([{ fail: { kind: 'auth', message: 'no key' } }], ['hello']);
    expect(code).toBe(1);
    expect(err).toMatch(/the agent failed: scripted: no key/);
    const again = await rig.exec([{ expect: 'once more', text: 'yes' }], ['resume', '--last', 'once more']);
    expect(again).toMatchObject({ code: 0, out: 'yes\n' });
    expect((await rig.rows())[0]).toMatchObject({ turns: 2, first_message: 'hello' });
  });

  it('refuses without a sandbox, and leaves nothing behind', async () => {
    const rig = makeExecRig();
    const { code, err } = await rig.exec([{ text: 'no' }], ['-s', 'workspace-write', 'hello'], {
      env: { PATH: '/nowhere' },
    });
    expect(code).toBe(4);
    expect(err).toMatch(/bubblewrap/);
    expect(await rig.rows()).toEqual([]);
  });

  it.skipIf(!hasSandbox)('records what was decided: nobody to ask, yes, and the end of the turn', async () => {
    const steps = (text: string) => [
      { calls: [shell('touch made', { with_escalated_permissions: true, justification: 'I must' })] },
      { text },
    ];
    const decision = async (rig: ReturnType<typeof makeExecRig>) => {
      const [row] = await rig.rows();
      const shown = await rig.events(row?.thread_id as string);
      const found = shown.find((event) => event.type === 'ResponseItem' && event.item.type === 'approval');
      return found?.type === 'ResponseItem' ? [found.item.decision, found.item.by] : null;
    };
    const alone = makeExecRig();
    expect((await alone.exec(steps('went without'), ['go'])).out).toBe('went without\n');
    expect(await decision(alone)).toEqual(['declined', 'unavailable']);
    const asked = makeExecRig();
    const yes = await asked.exec(steps('done'), ['go'], { isTerminal: true, stdin: 'y\n' });
    expect(yes.err).toMatch(/touch made[\s\S]*I must[\s\S]*Allow it\?/);
    expect(await decision(asked)).toEqual(['approved', 'user']);
    expect(readFileSync(join(asked.work, 'made'), 'utf8')).toBe('');
    const stopped = makeExecRig();
    const abort = await stopped.exec(steps('never said'), ['go'], { isTerminal: true, stdin: 'a\n' });
    expect(abort.code).toBe(1);
    expect(await decision(stopped)).toEqual(['abort', 'user']);
  });

  it.each([
    ['two forms of output', ['--json', '--print-id', 'x'], /both say/],
    ['a name for nothing', ['--ephemeral', '--name', 'n', 'x'], /ephemeral/],
    ['an empty name', ['--name', ' ', 'x'], /name cannot be empty/],
    ['a folder that is not there', ['-C', 'nowhere', 'x'], /is no folder/],
    ['an image that is none', ['--image', 'text.txt', 'x'], /is no PNG/],
    ['a schema that is none', ['--output-schema', 'text.txt', 'x'], /not JSON/],
    ['an unknown provider', ['--provider', 'nobody', 'x'], /no model provider 'nobody'/],
    ['a policy that is none', ['-a', 'sometimes', 'x'], /does not take/],
    [
      'a script that is not there',
      ['--provider', 'scripted', '-c', 'model_providers.scripted.script="no"', 'x'],
      /no such file/i,
    ],
  ])('says what is wrong with %s, and leaves nothing behind', async (_, argv, message) => {
    const rig = makeExecRig();
    writeFileSync(join(rig.work, 'text.txt'), 'hello');
    const given = argv.includes('--provider') ? [] : ['--provider', 'scripted'];
    const { code, out, err } = await rig.run(['exec', ...given, ...argv]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
    expect(
      rig
        .files()
        .filter((file) => file.includes('rollout') || (file.endsWith('.lock') && !file.endsWith('.coordination.lock'))),
    ).toEqual([]);
  });

  it('makes the default home where there is none', async () => {
    const rig = makeExecRig();
    const env = { CODEX_HOME: '', HOME: rig.work };
    const { code } = await rig.run(['exec', '--provider', 'scripted', '-s', sandboxMode, 'x'], { env });
    expect(code).toBe(0);
    expect((await rig.run(['ls', '-q'], { env })).out).not.toBe('');
  });
});
