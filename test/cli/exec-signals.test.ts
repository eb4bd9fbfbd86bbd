import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { finish, startProgram } from '../support/run-program.ts';
import { sandboxMode } from '../support/sandbox-mode.ts';
import { type ExecRig, makeExecRig } from './exec-rig.ts';

/** Starts `exec` and waits until a text stands on stderr. */
async function startExec(rig: ExecRig, steps: unknown[], until: RegExp) {
  const script = rig.home.write('../signals.yaml', JSON.stringify(steps));
  const given = ['-c', `model_providers.scripted.script="${script}"`, '--provider', 'scripted', '-s', sandboxMode];
  const child = startProgram(['exec', ...given, 'go'], {
    cwd: rig.work,
    env: { CODEX_HOME: rig.home.path, HOME: join(rig.work, '..') },
  });
  child.stdin?.end();
  let text = '';
  const outcome = finish(child);
  const said = async (what: RegExp) => {
    while (!what.test(text)) {
      const [chunk] = await once(child.stderr as NodeJS.ReadableStream, 'data');
      text += chunk;
    }
  };
  await said(until);
  return { child, outcome, said };
}

const sleeping = [
  { calls: [{ name: 'shell_command', arguments: { command: 'echo begun; sleep 60' } }] },
  { text: 'no' },
];
const thinking = [
  { text: 'I think', calls: [{ name: 'list_dir', arguments: { path: '.' } }] },
  { delay: '60s', text: 'no' },
];

describe('a signal during exec', () => {
  it.each([
    ['SIGINT', 130, 'a command', sleeping, /\$ echo begun/],
    ['SIGTERM', 143, 'a command', sleeping, /\$ echo begun/],
    ['SIGINT', 130, 'a request', thinking, /completed/],
  ] as const)(
    '%s interrupts the turn, which is recorded (exit %i, during %s)',
    async (signal, code, _, steps, until) => {
      const rig = makeExecRig();
      const { child, outcome } = await startExec(rig, [...steps], until);
      const begin = Date.now();
      child.kill(signal);
      expect((await outcome).code).toBe(code);
      expect(Date.now() - begin).toBeLessThan(2500);
      const [row] = await rig.rows();
      const shown = await rig.events(row?.thread_id as string);
      expect(shown.at(-1)).toMatchObject({ msg: { type: 'TurnAborted', reason: 'interrupted' } });
      const isOf = (type: string) => shown.filter((event) => event.type === 'ResponseItem' && event.item.type === type);
      expect(isOf('tool_result').length).toBe(isOf('tool_call').length);
      expect((await rig.run(['validate'])).code).toBe(0);
      const again = await rig.exec([{ expect: 'on', text: 'fine' }], ['resume', '--last', 'go on']);
      expect(again).toMatchObject({ code: 0, out: 'fine\n' });
    },
  );

  it('the second one leaves at once, and the session can be resumed', async () => {
    const rig = makeExecRig();
    const { child, outcome, said } = await startExec(rig, sleeping, /\$ echo begun/);
    child.kill('SIGINT');
    await said(/^sessions: the turn was interrupted; sessions exec resume [\da-f-]{36} goes on with it$/m);
    child.kill('SIGINT');
    const { code, signal, stderr } = await outcome;
    // It may have ended in order just then.
    expect([130, 'SIGINT']).toContain(signal ?? code);
    expect(stderr.match(/interrupted/g)).toHaveLength(1);
    expect(await rig.exec([{ text: 'fine' }], ['resume', '--last', 'go on'])).toMatchObject({ code: 0 });
  });
});

describe('standard output that nobody reads', () => {
  it('ends exec with 141, but does not keep the answer from its file', async () => {
    const rig = makeExecRig();
    const script = rig.home.write('../pipe.yaml', JSON.stringify([{ delay: '300ms', text: 'the answer' }]));
    const given = ['-c', `model_providers.scripted.script="${script}"`, '--provider', 'scripted', '-s', sandboxMode];
    const child = startProgram(['exec', ...given, '-o', 'answer.txt', 'go'], {
      cwd: rig.work,
      env: { CODEX_HOME: rig.home.path, HOME: join(rig.work, '..') },
    });
    child.stdin?.end();
    child.stdout?.destroy();
    expect((await finish(child)).code).toBe(141);
    expect(readFileSync(join(rig.work, 'answer.txt'), 'utf8')).toBe('the answer');
  });
});
