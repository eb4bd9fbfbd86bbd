import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countProcesses, hasBubblewrap } from '../runner/sandbox/room.ts';
import type { Json } from '../support/json.ts';
import { events, type ModelServer, responsesEvents as sent, startModelServer } from '../support/model-server.ts';
import { callEvent, usage } from './exec-model.ts';
import { type ExecEnd, type ExecRoom, key, makeExecRoom, tracesOf } from './exec-runs.ts';

let room: ExecRoom;
let server: ModelServer;
beforeEach(() => {
  room = makeExecRoom();
  writeFileSync(join(room.outside, 'precious'), 'untouched\n');
  symlinkSync(room.outside, join(room.work, 'link'));
  symlinkSync(join(room.outside, 'precious'), join(room.work, 'file-link'));
  mkdirSync(join(room.work, '.git'));
  room.home.write('auth.json', JSON.stringify({ OPENAI_API_KEY: key }));
});
afterEach(async () => {
  await server.close();
  room.remove();
});

const patch = (...lines: string[]) => ({ input: ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n') });
const shell = (command: string, more: object = {}) => ({ command, ...more });

describe('a call', { timeout: 60_000 }, () => {
  it.each<[string, string, Json, RegExp]>([
    ['with arguments that are no JSON', 'shell_command', '{"command": "touch made', /arguments/],
    ['with a list of arguments', 'shell_command', '["touch made"]', /arguments/],
    ['with no arguments', 'shell_command', '', /arguments/],
    ['with wrong arguments', 'shell_command', { command: 5, timeout_ms: 'x' }, /command/],
    ['of deep arguments', 'shell_command', `{"command":${'['.repeat(1e5)}${']'.repeat(1e5)}}`, /arguments|command/],
    ['of a tool that nobody has', 'rm_rf', { path: '/' }, /^unsupported call: rm_rf/],
    ['of a tool with a hostile name', '\u001b[2J__proto__', {}, /^unsupported call/],
    ['of a method of objects', 'constructor', {}, /^unsupported call: constructor/],
    ['of a patch that is none', 'apply_patch', { input: 'rm -rf /' }, /verification failed/],
    ['of a patch above', 'apply_patch', patch('*** Add File: ../outside/made', '+x'), /outside/],
    ['of a patch elsewhere', 'apply_patch', patch('*** Add File: /var/tmp/made', '+x'), /outside/],
    ['of a patch through a linked folder', 'apply_patch', patch('*** Add File: link/made', '+x'), /outside/],
    [
      'of a patch of a linked file',
      'apply_patch',
      patch('*** Update File: file-link', '@@', '-untouched', '+x'),
      /outside|link/,
    ],
    ['of a patch that deletes outside', 'apply_patch', patch('*** Delete File: link/precious'), /outside/],
    [
      'of a patch that moves outside',
      'apply_patch',
      patch('*** Update File: a', '*** Move to: link/made', '@@', '-a', '+b'),
      /outside|No such|no such/,
    ],
    [
      'of a patch of the hooks',
      'apply_patch',
      patch('*** Add File: .git/hooks/pre-commit', '+x'),
      /outside|declined|refused/,
    ],
    ['to read keys', 'read_file', { path: '../home/auth.json' }, /./],
    ['to list everything', 'list_dir', { path: '/proc/self/fd', depth: 9 }, /./],
  ])('%s is answered, and changes nothing', async (_, name, args, answer) => {
    const { end, outputs } = await execCalls([callEvent('c1', name, args)]);
    expect([end.code, end.stdout]).toEqual([0, 'I see.\n']);
    expect(outputs).toEqual([expect.stringMatching(answer)]);
    await expectSound(end);
  });

  it.skipIf(!hasBubblewrap).each([
    ['through a linked folder', 'echo x > link/made'],
    ['through a linked file', 'echo x > file-link'],
    ['above', 'echo x > ../outside/made; rm -f ../outside/precious'],
    ['in the home', 'echo x > "$CODEX_HOME/made"; echo x > ../home/made; rm -rf ../home/config.toml'],
    ['through a link of its own', 'ln -s ../outside mine && echo x > mine/made; rm mine'],
    ['through a hard link', 'ln ../outside/precious mine && echo x > mine; rm -f mine'],
    ['of the hooks', 'echo x > .git/made'],
    ['by what runs on', '(setsid sh -c "sleep 0.5; echo x > link/made" &)'],
  ])('of a command that writes %s changes nothing', async (_, command) => {
    const { end, outputs } = await execCalls([callEvent('c1', 'shell_command', shell(command))]);
    expect([end.code, outputs.length]).toEqual([0, 1]);
    await expectSound(end);
  });

  it.skipIf(!hasBubblewrap)('of a command that looks for the key does not find it', async () => {
    const places = 'env; cat /proc/*/environ | tr "\\0" "\\n"; cat ../home/auth.json ../home/config.toml; ps -ef';
    const { end, outputs } = await execCalls([callEvent('c1', 'shell_command', shell(places))]);
    expect([end.code, outputs.length]).toEqual([0, 1]);
    await expectSound(end);
    expect(JSON.stringify(server.requests.map(({ body }) => body))).not.toContain(key);
  });

  it.skipIf(!hasBubblewrap)('that starts 500 processes ends with them within 2 s of its timeout', async () => {
    const mark = `97${process.pid}3`;
    const script = `trap '' TERM; i=0; while [ $i -lt 250 ]; do sleep ${mark} & setsid sleep ${mark} & i=$((i+1)); done; echo all; wait`;
    const { end, outputs } = await execCalls([callEvent('c1', 'shell_command', shell(script, { timeout_ms: 8000 }))]);
    expect(countProcesses(`sleep ${mark}`)).toBe(0);
    expect([end.code, end.stdout]).toEqual([0, 'I see.\n']);
    expect(outputs).toEqual([expect.stringMatching(/^Exit code: 124\n[\s\S]*timed out after 8000[\s\S]*all/)]);
    expect(Number(/Wall time: ([\d.]+)/.exec(outputs[0] as string)?.[1])).toBeLessThan(10);
    await expectSound(end);
  });

  it.skipIf(!hasBubblewrap).each([['--json'], ['--']])(
    'that prints a gigabyte is cut (%s)',
    { timeout: 180_000 },
    async (option) => {
      const command = `yes "a line of $((1+1)) $(printf '\\033[2J')" | head -c 1000000000`;
      const { end, outputs } = await execCalls([callEvent('c1', 'shell_command', shell(command))], option, 150_000);
      expect([end.code, end.stderr.length < 20_000, end.stdout.length < 2_000_000]).toEqual([0, true, true]);
      expect(outputs).toEqual([expect.stringMatching(/99\d{7} bytes with \d+ line feeds left out/)]);
      expect((outputs[0] as string).length).toBeLessThan(100_000);
      await expectSound(end);
    },
  );

  it('may be one of a thousand', async () => {
    const calls = Array.from({ length: 1000 }, (_, index) => callEvent(`c${index}`, 'list_dir', { path: '.' }));
    const { end, outputs } = await execCalls(calls);
    expect([end.code, outputs.length]).toEqual([0, 1000]);
    await expectSound(end);
  });

  it('may have the id of another one', async () => {
    const { end, outputs } = await execCalls([
      callEvent('c1', 'list_dir', { path: '.' }),
      callEvent('c1', 'list_dir', { path: '.' }),
    ]);
    expect([end.code, outputs.length]).toEqual([0, 2]);
    expect(end.stderr).not.toMatch(/fault of sessions/);
  });

  it('that never ends the turn is interrupted in time', async () => {
    server = await startModelServer(events(callEvent('c1', 'list_dir', { path: '.' }), sent.completed(usage)));
    room.configure(server.url);
    const run = room.start(['hello']);
    await expect.poll(() => server.requests.length, { timeout: 20_000 }).toBeGreaterThan(20);
    run.child.kill('SIGINT');
    expect((await run.ended).code).toBe(130);
  });
});

/** Answers first with these calls and then with a word. */
async function execCalls(
  calls: object[],
  option = '--',
  limitMs = 40_000,
): Promise<{ end: ExecEnd; outputs: string[] }> {
  const answers = [events(...calls, sent.completed(usage)), events(sent.message('I see.'), sent.completed(usage))];
  server = await startModelServer(...answers);
  room.configure(server.url);
  const end = await room.exec(option === '--' ? ['hello'] : [option, 'hello'], { limitMs });
  const items: Json[] = server.requests.at(-1)?.body.input ?? [];
  return { end, outputs: items.filter(({ type }) => /_output$/.test(type)).map(({ output }) => output) };
}

async function expectSound(end: ExecEnd): Promise<void> {
  expect(end.signal).toBe(null);
  expect(end.stderr).not.toMatch(/\n {4}at |fault of sessions|Warning:/);
  expect(tracesOf(room, end)).not.toContain(key);
  expect(await room.findings()).toEqual([]);
  expect(room.leftovers()).toEqual([]);
  expect(readFileSync(join(room.outside, 'precious'), 'utf8')).toBe('untouched\n');
  const places = [room.outside, room.work, room.home.path, join(room.work, '.git'), '/var/tmp'];
  expect(places.filter((place) => existsSync(join(place, 'made')))).toEqual([]);
  expect(readdirSync(join(room.work, '.git'))).toEqual([]);
  expect(existsSync(join(room.home.path, 'config.toml'))).toBe(true);
}
