import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countProcesses, full, makeRoom } from '../../sandbox/room.ts';
import { call, contextOf } from '../context.ts';
import { open, program, stdio } from './servers.ts';

const context = (signal?: AbortSignal) =>
  contextOf(makeRoom(), { sandbox: full, policy: 'never', ...(signal && { signal }) });

describe('a server that does not start', () => {
  it('is a note', async () => {
    const { tools, notes } = await open([
      stdio([], { command: '/nowhere/server', args: ['--key', 'tok-1234-secret'] }),
      stdio([], { args: ['a\0b'] }),
      stdio([], { command: 'true', args: [] }, { name: 'ends' }),
    ]);
    expect(tools).toEqual([]);
    expect(notes.sort()).toEqual([
      expect.stringMatching(/^MCP server "ends" is not available: /),
      'MCP server "test" is not available: it cannot be started (ENOENT)',
      'MCP server "test" is not available: it cannot be started (ERR_INVALID_ARG_VALUE)',
    ]);
  });

  it('tells what it said last, without secrets', async () => {
    const { notes } = await open([stdio(['crash'], { env: { TEST_TOKEN: 'tok-1234-secret' } })]);
    expect(notes).toEqual([
      'MCP server "test" is not available: it ended with exit code 1; it said: cannot log in with [secret]',
    ]);
    const forwarded = stdio(['crash'], { envVars: ['TEST_TOKEN'] });
    const env = { PATH: process.env.PATH, TEST_TOKEN: 'tok-1234-secret' };
    expect((await open([forwarded], { env })).notes[0]).toContain('[secret]');
  });

  it('tells how it ended also when it did before it was spoken to', async () => {
    const endings = ['exit 7', 'exec 0<&-; sleep 0.1; echo no >&2; exit 8', 'kill -9 $$', 'echo bye >&2'];
    const servers = endings.map((script, index) =>
      stdio([], { command: 'sh', args: ['-c', script] }, { name: `s${index}` }),
    );
    const { notes } = await open(servers);
    expect(notes.sort()).toEqual([
      'MCP server "s0" is not available: it ended with exit code 7',
      'MCP server "s1" is not available: it ended with exit code 8; it said: no',
      'MCP server "s2" is not available: it was ended by SIGKILL',
      'MCP server "s3" is not available: it ended with exit code 0; it said: bye',
    ]);
  });

  it('does not get on a terminal what moves its cursor', async () => {
    const room = makeRoom();
    const script = join(room.root, 'bad.sh');
    writeFileSync(script, '#!/bin/sh\nprintf "\\033[2Jone\\ntwo\\r\\202\\n" >&2\nexit 1\n');
    chmodSync(script, 0o755);
    const { notes } = await open([stdio([], { command: script, args: [] }, { name: 'a\u001b[1m\u202e' })]);
    expect(notes[0]).toContain('^[[2Jone two');
    expect(notes[0]).not.toMatch(/[\0-\x1f\x7f-\x9f\u202e]/);
  });

  it('is given up in time', async () => {
    const begin = Date.now();
    const { notes, tools } = await open([stdio(['silent'], {}, { startupTimeoutMs: 700 })]);
    expect(notes).toEqual(['MCP server "test" is not available: no answer within 700 ms']);
    expect(tools).toEqual([]);
    expect(Date.now() - begin).toBeLessThan(5000);
  });

  it('is given up at once on an abort', async () => {
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 500);
    const begin = Date.now();
    const { notes, tools } = await open([stdio(['silent'])], { signal: stop.signal });
    expect([notes, tools]).toEqual([[], []]);
    expect(Date.now() - begin).toBeLessThan(5000);
    expect((await open([stdio([])], { signal: AbortSignal.abort() })).tools).toEqual([]);
  });
});

describe('a server that says too much', () => {
  it.each([
    ['flood', 'it sends too much'],
    ['garbage', 'it does not speak the protocol'],
    ['one-line', 'ReadBuffer exceeded maximum size'],
  ])('(%s) is ended', async (habit, why) => {
    const marker = `marker-${process.pid}-${habit}`;
    const { notes, tools } = await open([stdio([habit, marker])]);
    expect(tools).toEqual([]);
    expect(notes).toEqual([expect.stringContaining(why)]);
    await expect.poll(() => countProcesses(marker)).toBe(0);
  });

  it('before it speaks the protocol is passed over', async () => {
    const { notes, tool } = await open([stdio(['chatty'])]);
    expect(notes).toEqual([]);
    expect((await call(tool('test__look'), context(), {})).output).toBe('seen');
  });
});

describe('a server with odd tools', () => {
  it('offers those that can be used', async () => {
    const { notes, tools } = await open([stdio(['bad-list'])]);
    expect(tools.map(({ spec, hasSideEffects }) => [spec.name, hasSideEffects])).toEqual([
      ['test__dull', true],
      ['test__liar', true],
      ['test____2J', true],
    ]);
    for (const { spec } of tools) expect(spec.parameters).toMatchObject({ type: 'object', properties: {} });
    expect(notes).toEqual([
      expect.stringContaining('a tool without a name'),
      expect.stringContaining('a tool without a name'),
      expect.stringContaining('"dull" that is left out: there are two of the name'),
      expect.stringContaining('"huge" that is left out: its schema is too large'),
    ]);
  });

  it('may have none, far too many, or no end of them', async () => {
    expect((await open([stdio(['no-list'])])).tools).toEqual([]);
    const crowd = await open([stdio(['crowd'])]);
    expect(crowd.tools).toHaveLength(256);
    expect(crowd.notes).toEqual([expect.stringContaining('more than 256 tools')]);
    const endless = await open([stdio(['endless-list'])]);
    expect(endless.tools).toHaveLength(64);
    expect(endless.notes).toEqual([expect.stringContaining('without an end')]);
  });
});

describe('a call', () => {
  it('that hangs ends in time, and the server goes on', async () => {
    const { tool } = await open([stdio([], {}, { toolTimeoutMs: 300 })]);
    expect(await call(tool('test__hang'), context(), {})).toMatchObject({
      output: 'err: the MCP server test did not answer within 300 milliseconds',
      status: 'failed',
    });
    expect((await call(tool('test__look'), context(), {})).output).toBe('seen');
  });

  it('that hangs ends when the turn is aborted', async () => {
    const { tool } = await open([stdio([])]);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 200);
    const outcome = await call(tool('test__hang'), context(stop.signal), {});
    expect(outcome).toMatchObject({ output: 'aborted by user', status: 'aborted', note: { status: 'aborted' } });
    expect((await call(tool('test__look'), context(AbortSignal.abort()), {})).status).toBe('aborted');
    expect((await call(tool('test__look'), context(), {})).output).toBe('seen');
  });

  it('of which the server dies fails, and so do those after it', async () => {
    const { tool, notes } = await open([stdio([], { env: { TEST_TOKEN: 'tok-1234-secret' } })]);
    const waiting = call(tool('test__hang'), context(), {});
    const outcome = await call(tool('test__die'), context(), {});
    expect(outcome).toMatchObject({ output: 'err: the MCP server test has ended', status: 'failed' });
    expect((await waiting).output).toBe('err: the MCP server test has ended');
    expect((await call(tool('test__look'), context(), {})).output).toBe('err: the MCP server test has ended');
    expect(notes).toEqual(['MCP server "test" ended with exit code 3; it said: oh no, [secret]']);
  });

  it('fails when a server is killed, whoever does it', async () => {
    const pidFile = join(makeRoom().root, 'pid');
    const args = ['-c', `echo $$ > ${pidFile}; exec ${process.execPath} ${program} stdio`];
    const { tool, close } = await open([stdio([], { command: 'sh', args })]);
    await close();
    await close();
    expect((await call(tool('test__look'), context(), {})).output).toBe('err: the MCP server test has ended');
  });
});

describe('closing', () => {
  it.each([['orphan'], ['stubborn'], ['stubborn', 'orphan']])(
    'leaves nothing of a server (%s %s)',
    async (...habits) => {
      const marker = `3${process.pid}${habits.length}${habits.includes('stubborn') ? 1 : 0}`;
      const opened = await open([stdio([...habits, marker])]);
      expect(opened.tools.length).toBeGreaterThan(0);
      expect(countProcesses(marker)).toBeGreaterThan(0);
      const begin = Date.now();
      await opened.close();
      expect(Date.now() - begin).toBeLessThan(3000);
      await expect.poll(() => countProcesses(marker)).toBe(0);
      expect(opened.notes).toEqual([]);
    },
  );
});
