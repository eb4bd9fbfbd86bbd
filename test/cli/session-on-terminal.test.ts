import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Entry, envelope, idOf, makeFolder, makeHome, record, type TestHome, turn } from '../builders.ts';
import { program } from '../support/run-program.ts';

const hasTmux = spawnSync('tmux', ['-V']).status === 0;
const folder = makeFolder();
const server = ['-S', join(folder, 'tmux'), '-f', '/dev/null'];

const payloads = [
  '\x1b[2J\x1b[H',
  '\x1b]0;owned\x07',
  '\x1b]8;;http://evil\x1b\\link',
  '\x1b]52;c;ZXZpbA==\x07',
  '\x1bP+q544e\x1b\\',
  '\x9b31m',
  '\x7f\b\r',
  '\u202edesrever\u2066',
  'zero\u200bwidth',
  '\u{e0068}\u{e0069}',
  'lone\ud83d',
];
const hostile = payloads.join(' ');

const id = idOf(1);
let home: TestHome;

beforeAll(() => {
  home = makeHome();
  const entries: Entry[] = [
    record.meta(id, { cwd: hostile, git: { branch: hostile } }),
    ...turn(hostile),
    record.call('c1', 'exec_command', { cmd: hostile }),
    record.output('c1', `Exit code: 1\nWall time: 1 seconds\nOutput:\n${hostile}`),
    record.event('patch_apply_end', {
      call_id: 'c',
      success: true,
      changes: { [hostile]: { type: 'add', content: hostile } },
    }),
    ['from_the_future', { hostile }],
    record.event('error', { message: hostile }),
  ];
  home.rollout(id, envelope(...entries));
  home.names({ [id]: hostile });
  if (hasTmux) execFileSync('tmux', [...server, 'new-session', '-d', '-x', '100', '-y', '50', 'sleep 600']);
});

afterAll(() => {
  if (hasTmux) spawnSync('tmux', [...server, 'kill-server']);
});

describe.skipIf(!hasTmux)('on a real terminal', () => {
  it.each([['show'], ['show --effective'], ['show -q'], ['ls'], ['ls --archived']])(
    '%s sends it nothing that comes from a session',
    async (command) => {
      const { sent, code } = await onTerminal(`${command} --no-pager ${command.startsWith('show') ? id : ''}`);
      expect(code).toBe(0);
      expect(sent.toString()).toContain(command.includes('-q') ? id : '^[[2J');
      expectHarmless(sent);
    },
  );

  it('errors send it nothing either', async () => {
    const { sent, code } = await onTerminal(`show "$(printf '\\033]0;owned\\007\\302\\233')"`);
    expect(code).toBe(2);
    expect(sent.toString()).toContain('^[]0;owned^G');
    expectHarmless(sent);
  });

  it('--json is lossless and harmless', async () => {
    const { sent, code } = await onTerminal(`show --json --msg-type UserMessage ${id}`);
    expect(code).toBe(0);
    expectHarmless(sent);
    const [line] = sent.toString().split('\r\n');
    expect(line).toContain('\\u001b[2J');
    expect(line).toContain('\\u202e');
    expect(line).toContain('\\udb40\\udc68');
    expect(JSON.parse(line as string).msg.text).toBe(hostile);
  });

  it('--raw is refused with 4, unless it is forced', async () => {
    const refused = await onTerminal(`show --raw ${id}`);
    expect(refused.code).toBe(4);
    expect(refused.sent.toString()).toContain('raw bytes can change how the terminal behaves');
    expect(refused.sent.toString()).not.toContain('session_meta');
    const forced = await onTerminal(`show --raw --force --type session_meta ${id}`);
    expect(forced.code).toBe(0);
    expect(forced.sent.toString()).toContain('"session_meta"');
  });
});

let runs = 0;

/** Runs a command line of the built program in a window of tmux, and gives the bytes that the terminal was sent. */
async function onTerminal(commandLine: string): Promise<{ sent: Buffer; code: number }> {
  const run = join(folder, String(runs++));
  const script = `
    export CODEX_HOME='${home.path}' TERM=xterm-256color
    while [ ! -e '${run}.go' ]; do sleep 0.02; done
    '${process.execPath}' '${program}' ${commandLine}
    echo $? > '${run}.code'
    sleep 600`;
  writeFileSync(`${run}.sh`, script);
  const window = execFileSync('tmux', [...server, 'new-window', '-d', '-P', '-F', '#{window_id}', `sh '${run}.sh'`], {
    encoding: 'utf8',
  }).trim();
  execFileSync('tmux', [...server, 'pipe-pane', '-O', '-t', window, `cat > '${run}.sent'; : > '${run}.closed'`]);
  writeFileSync(`${run}.go`, '');
  await until(() => existsSync(`${run}.code`) && readFileSync(`${run}.code`, 'utf8').endsWith('\n'));
  execFileSync('tmux', [...server, 'kill-window', '-t', window]);
  await until(() => existsSync(`${run}.closed`));
  return { sent: readFileSync(`${run}.sent`), code: Number(readFileSync(`${run}.code`, 'utf8')) };
}

async function until(isTrue: () => boolean): Promise<void> {
  const end = Date.now() + 15_000;
  while (!isTrue()) {
    if (Date.now() > end) throw new Error('the terminal took too long');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Colours may be sent, and ends of lines; of all else that is no text, nothing. */
function expectHarmless(sent: Buffer): void {
  const text = sent
    .toString()
    .replaceAll(/\x1b\[[\d;]*m/g, '')
    .replaceAll('\r\n', '\n');
  expect(text).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f]/);
  expect(text).not.toMatch(/[\u200b\u202a-\u202e\u2066-\u2069\u{e0000}-\u{e007f}]/u);
}
