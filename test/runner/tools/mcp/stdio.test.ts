import { describe, expect, it } from 'vitest';
import { full, makeRoom } from '../../sandbox/room.ts';
import { call, contextOf } from '../context.ts';
import { open, program, stdio } from './servers.ts';

const context = () => contextOf(makeRoom(), { sandbox: full, policy: 'never' });

describe('an MCP server on its standard streams', () => {
  it('has its tools offered, with their schemas', async () => {
    const { tools, notes } = await open([stdio([])]);
    expect(notes).toEqual([]);
    expect(tools.map(({ spec }) => spec.name).slice(0, 4)).toEqual([
      'test__echo',
      'test__look',
      'test__many_parts',
      'test__structured',
    ]);
    expect(tools[0]).toMatchObject({
      hasSideEffects: true,
      spec: {
        description: 'Says it again.',
        parameters: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
      },
    });
    expect(tools[1]).toMatchObject({ hasSideEffects: false, spec: { parameters: { type: 'object', properties: {} } } });
    expect(tools[2]?.spec.description).toContain('many.parts');
  });

  it('answers calls', async () => {
    const { tool } = await open([stdio([])]);
    expect(await call(tool('test__echo'), context(), { text: 'hé\n' })).toEqual({
      output: 'hé\n',
      status: 'completed',
      durationMs: expect.any(Number),
      note: { type: 'McpToolCall', server: 'test', tool: 'echo', status: 'completed' },
    });
    const together = await Promise.all(['a', 'b', 'c'].map((text) => call(tool('test__echo'), context(), { text })));
    expect(together.map(({ output }) => output)).toEqual(['a', 'b', 'c']);
  });

  it('may answer with more than text', async () => {
    const { tool } = await open([stdio([])]);
    expect((await call(tool('test__many_parts'), context(), {})).output).toEqual([
      { type: 'input_text', text: 'before' },
      { type: 'input_image', image_url: expect.stringMatching(/^data:image\/png;base64,iVBOR/) },
      { type: 'input_text', text: '[resource file:///a]\nof a' },
      { type: 'input_text', text: '[resource file:///b (application/zip), not text]' },
      { type: 'input_text', text: '[resource c: file:///c]' },
      { type: 'input_text', text: '[audio (audio/wav) that cannot be played here]' },
      { type: 'input_text', text: '[image (image/png) that cannot be shown]' },
      { type: 'input_text', text: '[image (image/svg+xml) that cannot be shown]' },
    ]);
    expect((await call(tool('test__structured'), context(), {})).output).toBe('one\n{"n":1}');
    expect((await call(tool('test__structured'), context(), { said: true })).output).toBe('{ "n": 1, "a": [2] }');
    expect((await call(tool('test__odd'), context(), {})).output).toBe(
      '{"type":"hologram","beam":1}\nbare\nnull\n"text"',
    );
  });

  it('may say that a call failed, in either way', async () => {
    const { tool } = await open([stdio([], { env: { TEST_TOKEN: 'tok-1234-secret' } })]);
    expect(await call(tool('test__fail'), context(), {})).toMatchObject({
      output: 'it went wrong',
      status: 'failed',
      note: { status: 'failed' },
    });
    const thrown = await call(tool('test__throw'), context(), {});
    expect(thrown).toMatchObject({
      status: 'failed',
      output: expect.stringMatching(/^err: .*the token \[secret\] is bad$/),
    });
  });

  it('is told when the arguments are none', async () => {
    const { tool } = await open([stdio([])]);
    for (const text of ['{', '[]', 'null', '3']) {
      const outcome = await call(tool('test__look'), context(), text);
      expect(outcome).toMatchObject({ status: 'failed', output: expect.stringContaining('failed to parse') });
    }
    expect((await call(tool('test__look'), context(), '')).output).toBe('seen');
  });

  it('is not heard longer than a model can listen', async () => {
    const { tool } = await open([stdio([])]);
    const { output } = await call(tool('test__much'), context(), {});
    expect(output.length).toBeLessThan(70_000);
    expect(output).toMatch(/left out …\]/);
    expect((output as string).startsWith('0xxx')).toBe(true);
    const large = await call(tool('test__much'), context(), { size: 200_000 });
    expect(large.output.length).toBeLessThan(70_000);
  });

  it('gets the environment that it is meant to have, and no more', async () => {
    const env = { PATH: process.env.PATH, HOME: '/home/ada', OPENAI_API_KEY: 'sk-x', FORWARDED: 'f', LANG: 'C' };
    const server = stdio([], { env: { OWN: 'o', LANG: 'de' }, envVars: ['FORWARDED', 'MISSING'] });
    const { tool } = await open([server], { env });
    const seen = JSON.parse((await call(tool('test__env'), context(), {})).output as string);
    expect(seen).toMatchObject({ PATH: process.env.PATH, HOME: '/home/ada', FORWARDED: 'f', OWN: 'o', LANG: 'de' });
    // Whatever this process has besides must not be there, nor the keys of the environment that was given.
    const allowed = new Set([
      'PATH',
      'HOME',
      'FORWARDED',
      'OWN',
      'LANG',
      'PWD',
      'SHLVL',
      '_',
      '__CF_USER_TEXT_ENCODING',
    ]);
    expect(Object.keys(seen).filter((name) => !allowed.has(name))).toEqual([]);
  });

  it('is started where it is told to be', async () => {
    const room = makeRoom();
    const script = `test "$PWD" = "${room.cwd}" && exec ${process.execPath} ${program} stdio`;
    const server = stdio([], { command: 'sh', args: ['-c', script] });
    expect((await open([server], { cwd: room.cwd })).notes).toEqual([]);
    expect((await open([server], { cwd: room.root })).notes).toEqual([expect.stringContaining('is not available')]);
    const placed = stdio([], { command: 'sh', args: ['-c', script], cwd: room.cwd });
    expect((await open([placed], { cwd: room.root })).notes).toEqual([]);
  });

  it('may have its tools picked', async () => {
    const names = async (changes: object) => (await open([stdio([], {}, changes)])).tools.map(({ spec }) => spec.name);
    expect(await names({ enabledTools: ['look', 'echo', 'gone'] })).toEqual(['test__echo', 'test__look']);
    expect(await names({ enabledTools: ['look', 'echo'], disabledTools: ['echo'] })).toEqual(['test__look']);
    expect(await names({ enabledTools: [] })).toEqual([]);
  });

  it('may list its tools on several pages', async () => {
    const { tools } = await open([stdio(['two-pages'])]);
    expect(tools).toHaveLength(16);
    expect(new Set(tools.map(({ spec }) => spec.name)).size).toBe(16);
  });

  it('learns of no folders: this client offers nothing but calls', async () => {
    const { tool } = await open([stdio([])]);
    expect((await call(tool('test__roots'), context(), {})).output).toMatch(/Method not found/);
  });

  it('has the umask of the user', async () => {
    const own = process.umask(0o077);
    try {
      const { tool } = await open([stdio([])], { umask: 0o013 });
      expect((await call(tool('test__umask'), context(), {})).output).toBe('13');
    } finally {
      process.umask(own);
    }
  });

  it.each([
    ['on-request', 'auto', ['echo', 'far', 'torn']],
    ['untrusted', 'auto', ['echo', 'far', 'torn', 'safe']],
    ['on-request', 'writes', ['echo', 'far', 'safe']],
    ['on-request', 'prompt', ['echo', 'far', 'torn', 'safe', 'look']],
    ['untrusted', 'approve', []],
    ['never', 'auto', ['echo', 'far', 'torn']],
    ['never', 'approve', []],
  ] as const)('is asked for under %s with %s as its hints say', async (policy, approvalMode, asked) => {
    const { tool } = await open([stdio([], {}, { approvalMode })]);
    const context = contextOf(makeRoom(), { policy, answer: 'declined' });
    const declined: string[] = [];
    for (const name of ['echo', 'far', 'torn', 'safe', 'look']) {
      const { status } = await call(tool(`test__${name}`), context, { text: 'x' });
      if (status === 'declined') declined.push(name);
      else expect(status).toBe('completed');
    }
    expect(declined).toEqual(asked);
    expect(context.records.map(({ by }) => by)).toEqual(asked.map(() => (policy === 'never' ? 'policy' : 'user')));
  });

  it('may have single tools approved, and needs no approval where nothing is asked nor kept in', async () => {
    const modes = new Map([['echo', 'approve'] as const]);
    const { tool } = await open([stdio([], {}, { approvalMode: 'prompt', toolApprovalModes: modes })]);
    const room = makeRoom();
    const asking = contextOf(room, { answer: 'declined' });
    expect((await call(tool('test__echo'), asking, { text: 'x' })).status).toBe('completed');
    expect((await call(tool('test__look'), asking, {})).status).toBe('declined');
    const free = contextOf(room, { sandbox: full, policy: 'never' });
    expect((await call(tool('test__look'), free, {})).status).toBe('completed');
    expect(free.records).toEqual([]);
  });

  it('is asked for under the policy untrusted, unless it only reads', async () => {
    const { tool } = await open([stdio([])]);
    const room = makeRoom();
    for (const [answer, status] of [
      ['approved', 'completed'],
      ['declined', 'declined'],
      ['abort', 'aborted'],
    ] as const) {
      const asking = contextOf(room, { sandbox: full, policy: 'untrusted', answer });
      expect((await call(tool('test__echo'), asking, { text: 'x' })).status).toBe(status);
      expect(asking.requests).toEqual([
        {
          callId: 'call_1',
          kind: 'tool',
          summary: 'test: echo {"text":"x"}',
          reason: null,
          cwd: room.cwd,
          unconfined: true,
        },
      ]);
      expect((await call(tool('test__look'), asking, {})).status).toBe('completed');
      expect(asking.requests).toHaveLength(1);
    }
  });
});

describe('several servers', () => {
  it('keep their tools apart, whatever they are called', async () => {
    const long = 'a'.repeat(70);
    const servers = ['a b', 'a.b', 'a_b', long].map((name) => stdio([], {}, { name, enabledTools: ['echo', 'look'] }));
    const { tools } = await open(servers, { taken: ['a_b__look'] });
    const names = tools.map(({ spec }) => spec.name);
    expect(names).toHaveLength(8);
    expect(new Set([...names, 'a_b__look']).size).toBe(9);
    for (const name of names) expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(names[0]).toBe('a_b__echo');
    const again = await open(servers, { taken: ['a_b__look'] });
    expect(again.tools.map(({ spec }) => spec.name)).toEqual(names);
    for (const tool of tools.filter(({ spec }) => /echo|[0-9a-f]{8}/.test(spec.name))) {
      expect((await call(tool, context(), { text: 'me' })).status).toBe('completed');
    }
  });

  it('do not wait for each other, and may be none', async () => {
    expect((await open([])).tools).toEqual([]);
    const servers = [stdio(['crash'], {}, { name: 'x' }), stdio([], {}, { name: 'y', enabledTools: ['echo'] })];
    const { tools, notes } = await open(servers);
    expect(tools.map(({ spec }) => spec.name)).toEqual(['y__echo']);
    expect(notes).toHaveLength(1);
  });
});
