import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { events, hangAfter, responsesEvents, sse, startModelServer } from '../support/model-server.ts';
import { runProgram } from '../support/run-program.ts';
import { hasSandbox, sandboxMode } from '../support/sandbox-mode.ts';
import { hasTmux, startTmux, type Window } from '../support/tmux.ts';
import { type ExecRig, makeExecRig } from './exec-rig.ts';

const { delta, message, completed } = responsesEvents;
const shell = (command: string, more: object = {}) => ({ name: 'shell_command', arguments: { command, ...more } });
const asking = (text: string, expected = '') => [
  { text: 'I ask.', calls: [shell('touch made', { with_escalated_permissions: true, justification: 'I must' })] },
  { ...(expected && { expect: expected }), text },
];
const prompt = 'Allow it? [y]es, [n]o, [a]bort the turn: ';
const closing: (() => unknown)[] = [];
let tmux: ReturnType<typeof startTmux>;

/** Runs a command line in which `EXEC` is `sessions exec` with a script. */
function open(rig: ExecRig, steps: unknown[], commandLine: string): Window {
  const script = rig.home.write('../script.yaml', JSON.stringify(steps));
  const given = `-c 'model_providers.scripted.script="${script}"' --provider scripted -s ${sandboxMode}`;
  return tmux.open(commandLine.replaceAll('EXEC', `sessions exec ${given}`), rig.work, environment(rig));
}

function environment(rig: ExecRig) {
  return { CODEX_HOME: rig.home.path, HOME: join(rig.work, '..'), TERM: 'xterm' };
}

async function approvals(rig: ExecRig) {
  const [row] = await rig.rows();
  const shown = await rig.events(row?.thread_id as string);
  const items = shown.flatMap((event) => (event.type === 'ResponseItem' ? [event.item] : []));
  return items.flatMap((item) => (item.type === 'approval' ? [[item.decision, item.by, item.reason]] : []));
}

const read = (rig: ExecRig, name: string) => readFileSync(join(rig.work, name), 'utf8');

beforeAll(() => {
  if (hasTmux) tmux = startTmux();
});
afterAll(async () => {
  if (hasTmux) tmux.stop();
  for (const close of closing) await close();
});

describe.skipIf(!hasTmux)('exec on a real terminal', () => {
  it('shows the answer once, and where it belongs', async () => {
    const rig = makeExecRig();
    const steps = [
      { reasoning: 'Hm.\nWell.', text: 'I look.', calls: [shell('echo found')] },
      { text: 'It is there.' },
    ];
    const both = open(rig, steps, 'EXEC look');
    expect(await both.ended()).toBe(0);
    expect(both.screen().replace(/ in [\d.]+ s$/m, '')).toMatch(
      /^folder .*\n\n {2}\. Hm\.\n {2}\. Well\.\n\nI look\.\n\n\$ echo found\n {2}\| found\n {2}completed\n\nIt is there\.$/m,
    );
    expect(both.screen().match(/It is there/g)).toHaveLength(1);

    const toFile = open(rig, steps, 'EXEC look > answer');
    expect(await toFile.ended()).toBe(0);
    expect(read(rig, 'answer')).toBe('It is there.\n');
    expect(toFile.screen()).toMatch(/I look\.[\s\S]*\| found/);
    expect(toFile.screen()).not.toContain('It is there');

    const alone = open(rig, steps, 'EXEC look 2> /dev/null');
    expect(await alone.ended()).toBe(0);
    expect(alone.screen()).toBe('It is there.');

    const id = open(rig, steps, 'EXEC --print-id look > id');
    expect(await id.ended()).toBe(0);
    expect(id.screen().match(/It is there/g)).toHaveLength(1);
    expect(read(rig, 'id')).toMatch(/^[\da-f-]{36}\n$/);
  });

  it('shows what a command prints as it comes, and not again', async () => {
    const rig = makeExecRig();
    const waiting = 'echo one; printf tw; while [ ! -e go ]; do sleep 0.05; done; echo o; seq 20; printf "\\033[2J"';
    const window = open(rig, [{ calls: [shell(waiting)] }, { text: 'done' }], 'EXEC go');
    await window.shows(/^ {2}\| one\n {2}\| tw$/m);
    writeFileSync(join(rig.work, 'go'), '');
    expect(await window.ended()).toBe(0);
    const lines = ['one', 'two', '1', '2', '3', '4', '5', '6', '… 15 more lines'].map((line) => `  | ${line}`);
    expect(window.screen()).toContain(`\n${lines.join('\n')}\n  completed in `);
  });

  it('streams the answer, leaves what there was of it at Ctrl-C, and says how to go on', async () => {
    const rig = makeExecRig();
    const server = await startModelServer(hangAfter(sse(delta('I think \x1b')) + sse(delta('[31mof'))));
    closing.push(() => server.close());
    const provider = `-c 'model_providers.mine={wire_api="responses",base_url="${server.url}"}' --provider mine -m big`;
    const window = tmux.open(`sessions exec ${provider} -s ${sandboxMode} think`, rig.work, environment(rig));
    await window.shows(/^I think \^\[\[31mof$/m);
    window.press('C-c');
    expect(await window.ended()).toBe(130);
    const [row] = await rig.rows();
    const how = `sessions: the turn was interrupted; sessions exec resume ${row?.thread_id} goes on with it`;
    expect(window.screen()).toMatch(/^I think \^\[\[31mof\^C$/m);
    expect(window.screen().split('\n')).toContain(how);
    expect(window.screen().match(/interrupted/g)).toHaveLength(1);
  });

  it('says that a retried answer begins again', async () => {
    const rig = makeExecRig();
    const server = await startModelServer(
      (exchange) => events(delta('I was wr'))(exchange),
      events(delta('I am right.'), message('I am right.'), completed()),
    );
    closing.push(() => server.close());
    const provider = `-c 'model_providers.mine={wire_api="responses",base_url="${server.url}"}' --provider mine -m big`;
    const window = tmux.open(`sessions exec ${provider} -s ${sandboxMode} think`, rig.work, environment(rig));
    expect(await window.ended()).toBe(0);
    expect(window.screen().replaceAll(/\n(?=\S+ s; )/g, ' ')).toMatch(
      /\n\nI was wr\nsessions: [\s\S]* s; the answer begins again\n\nI am right\.$/,
    );
  });

  describe.skipIf(!hasSandbox)('asks', () => {
    it('also when its streams are pipes and files, and tells the model why not', async () => {
      const rig = makeExecRig();
      const line = 'echo data | EXEC ask 2> err | cat > out; exit_of=${PIPESTATUS[1]}; (exit $exit_of)';
      const window = open(rig, asking('went without', 'use a temp file'), line);
      await window.shows(prompt.trimEnd());
      window.type('what?');
      window.press('Enter');
      await window.shows('That is no answer. Type y for yes');
      window.type('no, use a temp file');
      window.press('Enter');
      expect(await window.ended()).toBe(0);
      expect(read(rig, 'out')).toBe('went without\n');
      expect(read(rig, 'err')).not.toContain('Allow it?');
      expect(await approvals(rig)).toEqual([['declined', 'user', 'use a temp file']]);
      expect(existsSync(join(rig.work, 'made'))).toBe(false);
    });

    it.each([
      ['2> /dev/null', 'EXEC ask 2> /dev/null'],
      ['a pipe behind', 'EXEC ask | cat'],
      ['no input', 'EXEC ask < /dev/null'],
      ['--json', 'EXEC --json ask < /dev/null > out 2> /dev/null'],
    ])('with %s', async (_, line) => {
      const rig = makeExecRig();
      const window = open(rig, asking('done'), line);
      await window.shows(prompt.trimEnd());
      window.type('y');
      window.press('Enter');
      expect(await window.ended()).toBe(0);
      expect(await approvals(rig)).toEqual([['approved', 'user', null]]);
    });

    it('leaves a clean line when the prompt is left by Ctrl-D or Ctrl-C', async () => {
      const rig = makeExecRig();
      const ended = open(rig, asking('went without', 'nobody answered'), 'EXEC ask');
      await ended.shows(prompt.trimEnd());
      ended.press('C-d');
      expect(await ended.ended()).toBe(0);
      expect(ended.screen()).toMatch(
        /^Allow it\? .*: *\n {2}\| exec command not approved: nobody answered \(the input ended\)$/m,
      );
      const stopped = open(rig, asking('never said'), 'EXEC ask');
      await stopped.shows(prompt.trimEnd());
      stopped.press('C-c');
      expect(await stopped.ended()).toBe(130);
      expect(stopped.screen()).toMatch(
        /^Allow it\? .*: \^C\n\s*sessions: the turn was interrupted; sessions exec resume/m,
      );
    });

    it('from the background: the shell keeps the keyboard, and the job is answered in the foreground', async () => {
      const rig = makeExecRig();
      const steps = [{ calls: [shell('while [ ! -e go ]; do sleep 0.05; done')] }, ...asking('done')];
      const job = open(
        rig,
        steps,
        'run() { EXEC ask < /dev/null > out; }; export -f run sessions; PS1=ready: bash --norc -i',
      );
      await job.shows('ready:');
      job.type('run &');
      job.press('Enter');
      await job.shows('while [ ! -e go ]');
      job.type('echo still $((40 + 2)); touch go');
      job.press('Enter');
      await job.shows('still 42');
      await job.shows(prompt.trimEnd());
      // A key stops the job that waits for an answer, unless the shell reads it first. `fg` would meet a job that is just
      // being stopped, were it typed in one go.
      await job.pressUntil('Enter', /Stopped +run$/m);
      job.type('fg');
      job.press('Enter');
      await job.shows(/^run$/m);
      job.type('y');
      job.press('Enter');
      await job.shows(/completed in[\s\S]*completed in[\s\S]*ready:/);
      job.type('exit');
      job.press('Enter');
      expect(await job.ended()).toBe(0);
      expect(read(rig, 'out')).toBe('done\n');
      expect(await approvals(rig)).toEqual([['approved', 'user', null]]);
    });
  });
});

describe.skipIf(!hasSandbox)('exec without a terminal', () => {
  it('declines, and says why', async () => {
    const rig = makeExecRig();
    const script = rig.home.write('../script.yaml', JSON.stringify(asking('went without', 'there is no terminal')));
    const given = ['-c', `model_providers.scripted.script="${script}"`, '--provider', 'scripted', '-s', sandboxMode];
    // In a session of its own it has no terminal, wherever the tests run.
    const { code, stdout, stderr } = await runProgram(['exec', ...given, 'ask'], {
      ...{ cwd: rig.work, env: environment(rig), detached: true },
    });
    expect({ code, out: stdout.toString() }).toEqual({ code: 0, out: 'went without\n' });
    expect(stderr).toContain('| exec command not approved: nobody could be asked (there is no terminal)\n  declined');
    expect(await approvals(rig)).toEqual([['declined', 'unavailable', 'nobody could be asked (there is no terminal)']]);
  });
});
