import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { toToolResult } from '../../../../src/format/events/tool-result.ts';
import { withoutHeader } from '../../../../src/model/output-header.ts';
import { shellCommand } from '../../../../src/runner/tools/shell/shell-command.ts';
import { full, hasBubblewrap, makeRoom, readOnly } from '../../sandbox/room.ts';
import { type ContextOptions, call, contextOf } from '../context.ts';

async function run(args: Record<string, unknown> | string, options: ContextOptions = {}) {
  const room = makeRoom();
  const context = contextOf(room, { sandbox: full, ...options });
  const outcome = await call(shellCommand, context, args);
  return { room, context, outcome, text: outcome.output as string };
}

describe('shell_command', () => {
  it('gives output in the form that readers of rollouts know', async () => {
    const { room, outcome, text, context } = await run({ command: 'pwd; echo problem >&2; exit 3' });
    expect(text).toMatch(/^Exit code: 3\nWall time: [\d.]+ seconds\nOutput:\n/);
    const result = toToolResult({ call_id: 'c', output: text });
    expect(result).toMatchObject({ exit_code: 3, duration_ms: Math.round(outcome.durationMs!), status: 'failed' });
    expect(withoutHeader(text, 3).text).toBe(`${room.cwd}\nproblem\n`);
    expect(outcome).toMatchObject({ status: 'failed', exitCode: 3, note: { type: 'CommandExecution', exit_code: 3 } });
    expect(context.shown.join('')).toBe(`${room.cwd}\nproblem\n`);
  });

  it('runs in another folder, and says when there is none', async () => {
    const room = makeRoom();
    mkdirSync(join(room.cwd, 'sub'));
    const context = contextOf(room, { sandbox: full });
    const there = await call(shellCommand, context, { command: 'pwd', workdir: 'sub' });
    const gone = await call(shellCommand, context, { command: 'pwd', workdir: 'gone' });
    expect(there.output).toContain(join(room.cwd, 'sub'));
    expect(gone).toMatchObject({
      status: 'failed',
      output: expect.stringMatching(/^exec_command failed: there is no directory/),
    });
  });

  it('has the PATH and the variables that it was called with, and a profile only when it is asked for', async () => {
    const room = makeRoom();
    writeFileSync(join(room.root, '.bash_profile'), 'export PATH=/bin:/usr/bin FROM_PROFILE=yes\n');
    const env = { PATH: `${room.outside}:${process.env.PATH}`, HOME: room.root };
    const context = contextOf(room, { sandbox: full, env });
    const script = 'echo "$PATH $FROM_PROFILE"';
    const plain = await call(shellCommand, context, { command: script });
    expect(plain.output).toMatch(new RegExp(`Output:\n${env.PATH} \n$`));
    expect(plain.note).toMatchObject({ command: [expect.stringMatching(/\/bash$/), '-c', script] });
    const login = await call(shellCommand, context, { command: script, login: true });
    expect(login.output).toMatch(/Output:\n\/bin:\/usr\/bin yes\n$/);
    expect(login.note).toMatchObject({ command: [expect.stringMatching(/\/bash$/), '-lc', script] });
  });

  it('reports a timeout as 124 with what was printed before', async () => {
    const { outcome, text } = await run({ command: 'echo begun; sleep 60', timeout_ms: 600 });
    expect(text).toMatch(
      /^Exit code: 124\nWall time: [\d.]+ seconds\nOutput:\ncommand timed out after 600 milliseconds\nbegun\n$/,
    );
    expect(outcome).toMatchObject({ status: 'failed', exitCode: 124 });
  });

  it('reports the end by a signal as a shell does', async () => {
    const { outcome } = await run({ command: 'kill -9 $$' });
    expect(outcome.exitCode).toBe(137);
  });

  it('reports an abort', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    const { outcome, text } = await run({ command: 'echo begun; sleep 60' }, { signal: controller.signal });
    expect(outcome.status).toBe('aborted');
    expect(toToolResult({ call_id: 'c', output: text }).status).toBe('aborted');
  });

  it('keeps the head and the tail of a long output, and says what is missing', async () => {
    const { text } = await run({ command: 'for i in $(seq 1 40000); do echo "line $i"; done' });
    expect(text).toContain('\nTotal output lines: 40000\nOutput:\nline 1\n');
    expect(text.endsWith('line 39999\nline 40000\n')).toBe(true);
    expect(Buffer.byteLength(text)).toBeLessThan(66_000);
    expect(text).toMatch(/\n\[… \d+ bytes with \d+ line feeds left out …\]\n/);
    expect(toToolResult({ call_id: 'c', output: text }).exit_code).toBe(0);
  });

  it('replaces what is no UTF-8, and takes NUL', async () => {
    const { text } = await run({ command: String.raw`printf 'a\377b\000c\303\251'` });
    expect(text.endsWith('Output:\na\ufffdb\0cé')).toBe(true);
  });

  it('keeps secrets of the environment from the command', async () => {
    const env = {
      PATH: process.env.PATH,
      OPENAI_API_KEY: 'sk-1',
      GITHUB_TOKEN: 'sk-2',
      MY_SECRET: 'sk-3',
      PLAIN: 'seen',
    };
    const { text } = await run({ command: 'env' }, { env });
    expect(text).toContain('PLAIN=seen');
    expect(text).not.toContain('sk-');
  });

  it.each([
    ['{"command": "ls', 'failed to parse function arguments: '],
    ['{"command": ["ls"]}', "'command' must be a string, not an array"],
    ['{}', "'command' is missing"],
    ['[]', 'the arguments must be an object, not an array'],
    ['{"command": "ls", "timeout_ms": 1.5}', "'timeout_ms' must be an integer, not a number"],
    ['{"command": "ls", "timeout_ms": 0}', "'timeout_ms' must be at least 1"],
  ])('says what is wrong with the arguments %s', async (args, problem) => {
    const { outcome, text } = await run(args);
    expect(outcome.status).toBe('failed');
    expect(text).toContain(problem);
    expect(toToolResult({ call_id: 'c', output: text }).status).toBe('failed');
  });

  it('asks under untrusted unless the command only reads', async () => {
    const safe = await run({ command: 'echo a | wc -c' }, { policy: 'untrusted' });
    const asked = await run({ command: 'touch x' }, { policy: 'untrusted', answer: 'approved' });
    const declined = await run(
      { command: 'touch x', justification: 'to see' },
      { policy: 'untrusted', answer: 'declined' },
    );
    expect(safe.outcome.status).toBe('completed');
    expect(safe.context.records).toEqual([]);
    expect(existsSync(join(asked.room.cwd, 'x'))).toBe(true);
    expect(declined.context.requests[0]).toMatchObject({ kind: 'command', summary: 'touch x', reason: 'to see' });
    expect(declined.outcome).toEqual({ output: 'exec command rejected by user', status: 'declined' });
    expect(existsSync(join(declined.room.cwd, 'x'))).toBe(false);
  });

  it('ends the turn when the user wants that', async () => {
    const { outcome } = await run({ command: 'touch x' }, { policy: 'untrusted', answer: 'abort' });
    expect(outcome).toEqual({ output: 'aborted by user', status: 'aborted' });
  });

  it.skipIf(!hasBubblewrap)('leaves the sandbox only after an approval', async () => {
    const args = { command: 'touch here && echo made', with_escalated_permissions: true, justification: 'why not' };
    const approved = await run(args, { sandbox: readOnly, answer: 'approved' });
    const never = await run(args, { sandbox: readOnly, policy: 'never' });
    const nobody = await run(args, { sandbox: readOnly });
    const inside = await run({ command: 'touch here' }, { sandbox: readOnly });
    expect(approved.text).toContain('made');
    expect(approved.context.requests[0]).toMatchObject({ unconfined: true, reason: 'why not' });
    expect(never.outcome.output).toBe('exec command rejected by user approval settings\nthe approval policy is never');
    expect(nobody.outcome.output).toBe('exec command not approved: nobody could be asked (there is no terminal)');
    for (const { text } of [never, nobody]) {
      expect(toToolResult({ call_id: 'c', output: text }).status).toBe('declined');
    }
    expect(inside.outcome).toMatchObject({ status: 'failed', exitCode: 1 });
    expect(inside.text).toContain('Read-only file system');
  });
});
