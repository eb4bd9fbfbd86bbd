import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DynamicTool } from '../../../../src/model/history.ts';
import { dynamicTools } from '../../../../src/runner/tools/dynamic/dynamic-tools.ts';
import type { Tool } from '../../../../src/runner/tools/tool.ts';
import { full, hasBubblewrap, makeRoom, readOnly } from '../../sandbox/room.ts';
import { call, contextOf } from '../context.ts';

const anything = { type: 'object', properties: {} };

const place = { cwd: '/', env: { PATH: process.env.PATH } };

function toolOf(script: string, inputSchema: unknown = anything): Tool {
  return dynamicTools([{ name: 'mine', description: 'Mine.', inputSchema, command: ['sh', '-c', script] }], place)[0]!;
}

describe('a dynamic tool', () => {
  it('gets its arguments as they were written, and gives what it prints', async () => {
    const context = contextOf(makeRoom(), { sandbox: full });
    const args = '{"big": 9007199254740993, "text": "a\\u0000é"}';
    expect(await call(toolOf('cat; echo noise >&2'), context, args)).toEqual({
      output: args,
      status: 'completed',
      exitCode: 0,
      durationMs: expect.any(Number),
      note: { type: 'DynamicToolCall', tool: 'mine', status: 'completed', success: true },
    });
    expect(context.shown.join('')).toContain('noise');
    expect((await call(toolOf('cat'), context, ' ')).output).toBe('{}');
  });

  it('tells how it failed, with its complaints', async () => {
    const context = contextOf(makeRoom(), { sandbox: full });
    expect(await call(toolOf('echo part; echo why >&2; exit 3'), context, {})).toMatchObject({
      output: 'err: the tool ended with exit code 3\npart\nwhy',
      status: 'failed',
      exitCode: 3,
      note: { status: 'failed', success: false },
    });
    expect(await call(toolOf('kill -9 $$'), context, {})).toMatchObject({ status: 'failed', exitCode: 137 });
    const missing: DynamicTool = { name: 'gone', description: '', inputSchema: anything, command: ['/nowhere/tool'] };
    const outcome = await call(dynamicTools([missing], place)[0]!, context, {});
    expect(outcome).toMatchObject({ status: 'failed', output: expect.stringMatching(/gone|exit code/) });
  });

  it('does not have to read its arguments', async () => {
    const context = contextOf(makeRoom(), { sandbox: full });
    const args = { text: 'x'.repeat(1_000_000) };
    expect(await call(toolOf('echo done'), context, args)).toMatchObject({ output: 'done\n', status: 'completed' });
  });

  it('is heard at the beginning and at the end only, when it says too much', async () => {
    const context = contextOf(makeRoom(), { sandbox: full });
    const { output } = await call(toolOf('head -c 3000000 /dev/zero | tr "\\0" a; echo END'), context, {});
    expect(output.length).toBeLessThan(70_000);
    expect(output).toMatch(/^a{1000}[\s\S]*left out[\s\S]*END\n$/);
  });

  it('checks its arguments against the schema', async () => {
    const room = makeRoom();
    const context = contextOf(room, { sandbox: full });
    const properties = { n: { type: 'integer', maximum: 3 } };
    const tool = toolOf('echo ran > ran', { type: 'object', properties, required: ['n'], additionalProperties: false });
    const texts = ['{"n":4}', '{}', '{"n":1,"m":2}', '[]', 'null', '{"n":1', '{"n":"1"}', '"n"'];
    for (const text of texts) {
      const outcome = await call(tool, context, text);
      expect(outcome).toMatchObject({
        status: 'failed',
        output: expect.stringMatching(/^failed to parse function arguments: /),
      });
    }
    expect(existsSync(join(room.cwd, 'ran'))).toBe(false);
    expect((await call(tool, context, '{"n":3}')).status).toBe('completed');
  });

  it('may have a schema that is broken or never ends: recorded ones can come from anywhere', async () => {
    const context = contextOf(makeRoom(), { sandbox: full });
    for (const schema of [null, 'x', [], { type: 'nothing' }, { $ref: '#/nowhere' }]) {
      const tool = toolOf('echo ran', schema);
      expect(tool.spec.parameters).toBeTypeOf('object');
      expect(await call(tool, context, {})).toMatchObject({
        status: 'failed',
        output: expect.stringContaining('schema'),
      });
    }
    const slow = toolOf('echo ran', { type: 'object', properties: { a: { type: 'string', pattern: '^(a+)+$' } } });
    const begin = Date.now();
    expect((await call(slow, context, { a: `${'a'.repeat(60)}!` })).status).toBe('failed');
    expect(Date.now() - begin).toBeLessThan(5000);
    expect((await call(slow, context, { a: 'aa' })).status).toBe('completed');
  });

  it('knows the older drafts', async () => {
    const context = contextOf(makeRoom(), { sandbox: full });
    const pair = { type: 'array', items: [{ type: 'string' }, { type: 'number' }] };
    const old = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', properties: { pair } };
    expect((await call(toolOf('cat', old), context, { pair: ['a', 1] })).status).toBe('completed');
    expect((await call(toolOf('cat', old), context, { pair: [1, 'a'] })).status).toBe('failed');
  });

  it('ends when the turn is aborted', async () => {
    const stop = new AbortController();
    const context = contextOf(makeRoom(), { sandbox: full, signal: stop.signal });
    const running = call(toolOf('sleep 30'), context, {});
    setTimeout(() => stop.abort(), 200);
    expect(await running).toMatchObject({ output: 'aborted by user', status: 'aborted' });
  });

  it('does not see keys of the environment', async () => {
    const env = { PATH: process.env.PATH, OPENAI_API_KEY: 'sk-secret', PLAIN: 'yes' };
    const context = contextOf(makeRoom(), { sandbox: full, env });
    expect((await call(toolOf('echo $OPENAI_API_KEY $PLAIN'), context, {})).output).toBe('yes\n');
  });

  it.skipIf(!hasBubblewrap)('runs within the sandbox', async () => {
    const room = makeRoom();
    const context = contextOf(room, { sandbox: readOnly });
    const outcome = await call(toolOf(`echo x > ${room.cwd}/x && cat ${room.home}/auth.json`), context, {});
    expect(outcome.status).toBe('failed');
    expect(existsSync(join(room.cwd, 'x'))).toBe(false);
    expect(outcome.output).not.toContain('sk-secret');
  });

  it('is asked for under the policy untrusted', async () => {
    const room = makeRoom();
    for (const [answer, status] of [
      ['approved', 'completed'],
      ['declined', 'declined'],
      ['abort', 'aborted'],
    ] as const) {
      const context = contextOf(room, { sandbox: full, policy: 'untrusted', answer });
      const outcome = await call(toolOf('cat'), context, { a: 1 });
      expect(outcome.status).toBe(status);
      expect(context.requests).toEqual([
        {
          callId: 'call_1',
          kind: 'tool',
          summary: 'mine {"a":1}\n(runs "sh" "-c" "cat")',
          reason: null,
          cwd: room.cwd,
        },
      ]);
      expect(context.records).toMatchObject([{ decision: answer }]);
    }
  });
});

describe('recorded tools', () => {
  it('without a command answer that they cannot be run', async () => {
    const [tool] = dynamicTools([{ name: 'codex_tool', description: 'D.', inputSchema: anything }], place);
    const outcome = await call(tool!, contextOf(makeRoom(), { sandbox: full }), {});
    expect(outcome).toMatchObject({ status: 'failed', output: expect.stringContaining('cannot be run here') });
    expect(tool).toMatchObject({ hasSideEffects: false, spec: { name: 'codex_tool', description: 'D.' } });
  });

  it('whose program is gone fail, and are said to', async () => {
    const room = makeRoom();
    writeFileSync(join(room.cwd, 'plain'), '#!/bin/sh\n', { mode: 0o644 });
    writeFileSync(join(room.cwd, 'there'), '#!/bin/sh\necho here\n', { mode: 0o755 });
    const programs = ['./there', './gone', './plain', room.cwd, 'there', 'surely-not-there'];
    const list = programs.map((program, index) => {
      return { name: `t${index}`, description: '', inputSchema: anything, command: [program] };
    });
    const notes: string[] = [];
    const env = { PATH: `${process.env.PATH}:${room.cwd}` };
    const tools = dynamicTools(list, { cwd: room.cwd, env }, { onMissing: (note) => notes.push(note) });
    expect(notes).toEqual([
      'tool "t1" cannot be run: its program "./gone" is not there',
      'tool "t2" cannot be run: its program "./plain" is not executable',
      `tool "t3" cannot be run: its program ${JSON.stringify(room.cwd)} is no file`,
      'tool "t5" cannot be run: its program "surely-not-there" is not on PATH',
    ]);
    const context = contextOf(room, { sandbox: full, env });
    const outcomes = await Promise.all(tools.map((tool) => call(tool, context, {})));
    expect(outcomes.map(({ output }) => output)).toEqual([
      'here\n',
      'err: t1 cannot be run here: its program ./gone is not there',
      'err: t2 cannot be run here: its program ./plain is not executable',
      `err: t3 cannot be run here: its program ${room.cwd} is no file`,
      'here\n',
      'err: t5 cannot be run here: its program surely-not-there is not on PATH',
    ]);
  });

  it('with names that cannot be used are left out, and said to be', () => {
    const notes: string[] = [];
    const named = (name: string) => ({ name, description: '', inputSchema: anything, command: ['true'] });
    const tools = dynamicTools(
      [named('a'), named('a'), named('shell_command'), named('b c\x1b[2J'), named('')],
      place,
      { onLeftOut: (note) => notes.push(note) },
    );
    expect(tools.map(({ spec }) => spec.name)).toEqual(['a']);
    expect(notes).toEqual([
      'tool "a" is left out: its name is that of another tool',
      'tool "shell_command" is left out: its name is that of a built-in tool',
      expect.stringMatching(/^tool "b c\\u001b\[2J" is left out: its name must be/),
      expect.stringMatching(/^tool "" is left out/),
    ]);
  });
});
