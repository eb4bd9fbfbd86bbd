import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { finish, program } from '../support/run-program.ts';
import { hasSandbox, sandboxMode } from '../support/sandbox-mode.ts';
import { type ExecRig, makeExecRig } from './exec-rig.ts';

const own = process.umask(0o077);
afterAll(() => void process.umask(own));

function modeOf(path: string): number {
  return statSync(path).mode & 0o777;
}

function writeTools(rig: ExecRig, ...commands: string[][]): string {
  const tools = commands.map((command, index) => ({ name: `tool_${index}`, description: 'A tool.', command }));
  return rig.home.write('../tools.json', JSON.stringify(tools));
}

const added = '*** Begin Patch\n*** Add File: deep/new.txt\n+x\n*** End Patch\n';

describe('what an agent makes', { timeout: 30_000 }, () => {
  it('has the modes that the umask of the user gives, and the home those of its own', async () => {
    const rig = makeExecRig();
    const steps = [
      { calls: [{ name: 'shell_command', arguments: { command: 'mkdir made; : > made/file' } }] },
      { calls: [{ name: 'apply_patch', input: added }] },
      { text: 'done' },
    ];
    const { code } = await rig.exec(steps, ['-a', 'never', '-o', 'answer.txt', 'go']);
    expect(code).toBe(0);
    const made = ['made', 'made/file', 'deep', 'deep/new.txt', 'answer.txt'].map((name) =>
      modeOf(join(rig.work, name)),
    );
    expect(made).toEqual([0o755, 0o644, 0o755, 0o644, 0o644]);
    for (const file of rig.files()) expect([file, modeOf(join(rig.home.path, file)) & 0o077]).toEqual([file, 0]);
  });

  it('has them in the built program as well', async () => {
    const rig = makeExecRig();
    const script = rig.home.write(
      '../script.json',
      JSON.stringify([{ calls: [{ name: 'shell_command', arguments: { command: ': > file' } }] }, { text: 'done' }]),
    );
    const provider = ['--provider', 'scripted', '-c', `model_providers.scripted.script="${script}"`];
    const argv = [process.execPath, program, 'exec', ...provider, '-s', sandboxMode, '-o', 'answer.txt', 'go'];
    const child = spawn('sh', ['-c', 'umask 027; exec "$0" "$@"', ...argv], {
      cwd: rig.work,
      env: { PATH: process.env.PATH, HOME: join(rig.work, '..'), CODEX_HOME: rig.home.path },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(await finish(child)).toMatchObject({ code: 0, stdout: Buffer.from('done\n') });
    expect([modeOf(join(rig.work, 'file')), modeOf(join(rig.work, 'answer.txt'))]).toEqual([0o640, 0o640]);
    const rollout = rig.files().find((file) => file.startsWith('sessions/'));
    expect(modeOf(join(rig.home.path, rollout as string))).toBe(0o600);
  });

  it('does not change the mode of an answer file that was there', async () => {
    const rig = makeExecRig();
    const file = join(rig.work, 'answer.txt');
    writeFileSync(file, 'old', { mode: 0o600 });
    await rig.exec([{ text: 'new' }], ['-o', file, 'go']);
    expect([readFileSync(file, 'utf8'), modeOf(file)]).toEqual(['new', 0o600]);
  });
});

describe('commands', { timeout: 30_000 }, () => {
  it('find programs on the PATH of the user, or on that of shell_environment_policy', async () => {
    const rig = makeExecRig();
    for (const folder of ['venv', 'other']) {
      mkdirSync(join(rig.work, folder));
      writeFileSync(join(rig.work, folder, 'mytool'), `#!/bin/sh\necho from ${folder}\n`, { mode: 0o755 });
    }
    const steps = [{ calls: [{ name: 'shell_command', arguments: { command: 'mytool' } }] }, { text: 'done' }];
    const env = { PATH: `${rig.work}/venv:${process.env.PATH}` };
    const policy = `shell_environment_policy.set.PATH="${rig.work}/other:${process.env.PATH}"`;
    const runs = [await rig.exec(steps, ['go'], { env }), await rig.exec(steps, ['-c', policy, 'go'], { env })];
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    const rows = await rig.rows('--sort', 'created');
    const texts = await Promise.all(rows.map(async (row) => JSON.stringify(await rig.events(row.thread_id))));
    expect(texts.filter((text) => text.includes('from venv'))).toHaveLength(1);
    expect(texts.filter((text) => text.includes('from other'))).toHaveLength(1);
  });

  it.skipIf(!hasSandbox)('may be programs below /tmp when they only read', async () => {
    const rig = makeExecRig();
    const tool = rig.home.write('../bin/tool', '#!/bin/sh\necho "ran in $PWD"\n');
    chmodSync(tool, 0o755);
    const steps = [{ calls: [{ name: 'tool_0', arguments: {} }] }, { text: 'done' }];
    await rig.exec(steps, ['-s', 'read-only', '--tools', writeTools(rig, [tool]), 'go']);
    const [row] = await rig.rows();
    expect(JSON.stringify(await rig.events(row?.thread_id as string))).toContain(`ran in ${rig.work}`);
  });
});

describe('a file of tools', { timeout: 30_000 }, () => {
  it.each([
    ['./nosuch', 'its program "[^"]*/nosuch" is not there'],
    ['surely-not-there', 'its program "surely-not-there" is not on PATH'],
  ])('that names the missing program %s ends the run before it begins', async (command, why) => {
    const rig = makeExecRig();
    const file = writeTools(rig, ['true'], [command]);
    const run = await rig.exec([{ text: 'done' }], ['--tools', file, 'go']);
    expect([run.code, run.out]).toEqual([2, '']);
    expect(run.err).toMatch(new RegExp(`tools\\.json: tool "tool_1" cannot be run: ${why}`));
    expect(await rig.rows()).toEqual([]);
    expect(existsSync(join(rig.home.path, 'sessions'))).toBe(false);
  });

  it('whose program is gone when the session is resumed is said to be, and its tool fails', async () => {
    const rig = makeExecRig();
    const tool = rig.home.write('../bin/tool', '#!/bin/sh\necho ran\n');
    chmodSync(tool, 0o755);
    expect((await rig.exec([{ text: 'one' }], ['--tools', writeTools(rig, [tool]), 'go'])).code).toBe(0);
    rmSync(tool);
    const steps = [{ calls: [{ name: 'tool_0', arguments: {} }] }, { text: 'two' }];
    const run = await rig.exec(steps, ['resume', '--last', 'again']);
    expect([run.code, run.out]).toEqual([0, 'two\n']);
    expect(run.err).toMatch(/tool "tool_0" cannot be run: its program "[^"]*\/bin\/tool" is not there/);
    const [row] = await rig.rows();
    const events = JSON.stringify(await rig.events(row?.thread_id as string));
    expect(events).toContain('err: tool_0 cannot be run here');
  });
});
