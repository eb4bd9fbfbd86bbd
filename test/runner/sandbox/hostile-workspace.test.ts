import { existsSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hasBubblewrap, makeRoom, runScript, sandboxOf, workspace } from './room.ts';

/** Tries to reach the files of the host through the `/proc` of the host, and says which processes are seen. */
const throughProc = (target: string) =>
  `exec 2>&1; ls /proc | grep -c '^[0-9]'; cat /proc/${process.pid}/environ; echo x > /proc/${process.pid}/root${target}; true`;

describe.skipIf(!hasBubblewrap)('a workspace that wants out of the sandbox', () => {
  it.each([
    ['.codex', '/proc'],
    ['.codex', '/'],
    ['.git', '/proc'],
  ])('has no use of a link from %s to %s', async (name, target) => {
    const room = makeRoom();
    symlinkSync(target, join(room.cwd, name));
    const out = join(room.outside, 'out.txt');
    const result = await runScript(sandboxOf(room, workspace), room, throughProc(out));
    expect(Number(result.text.split('\n')[0])).toBeLessThan(8);
    expect(result.text).not.toContain('PATH=');
    expect(existsSync(out)).toBe(false);
  });

  it('has no use of a .git file that names a folder of the kernel', async () => {
    const room = makeRoom();
    const out = join(room.outside, 'out.txt');
    const sandbox = sandboxOf(room, workspace);
    await runScript(sandbox, room, 'echo "gitdir: /proc" > .git');
    const result = await runScript(sandbox, room, throughProc(out));
    expect(Number(result.text.split('\n')[0])).toBeLessThan(8);
    expect(existsSync(out)).toBe(false);
  });

  it('cannot put a link in the place of a writable folder, and so make another one writable', async () => {
    const room = makeRoom('/tmp');
    const target = makeRoom();
    const added = join(room.root, 'added');
    mkdirSync(added);
    const sandbox = sandboxOf(
      room,
      { ...workspace, writableRoots: [added] },
      { PATH: process.env.PATH, TMPDIR: room.home },
    );
    const swap = (folder: string) => `mv ${folder} ${folder}.old; ln -s ${target.outside} ${folder};`;
    await runScript(sandbox, room, `cd /; ${swap(room.cwd)} ${swap(added)}`);
    for (const name of ['added', 'work']) {
      expect(sandbox.mayWrite(join(room.root, name, 'out.txt'))).toBe(false);
    }
    await runScript(sandbox, { ...room, cwd: '/tmp' }, `echo x > ${target.outside}/out.txt`);
    expect(existsSync(join(target.outside, 'out.txt'))).toBe(false);
  });

  it('does not uncover the repository around it by a nearer one', async () => {
    const room = makeRoom('/tmp');
    mkdirSync(join(room.root, '.git'));
    writeFileSync(join(room.root, '.git/config'), '');
    const sandbox = sandboxOf(room, workspace);
    await runScript(sandbox, room, 'mkdir .git');
    await runScript(sandbox, room, 'echo x > ../.git/config');
    expect(readFileSync(join(room.root, '.git/config'), 'utf8')).toBe('');
  });

  it('writes to no temporary folder that the policy excludes', async () => {
    const room = makeRoom();
    const temporary = makeRoom('/tmp').outside;
    const env = { PATH: process.env.PATH, TMPDIR: room.outside };
    const script = `(: > ${temporary}/x) 2> /dev/null || echo no tmp; (: > ${room.outside}/x) 2> /dev/null || echo no TMPDIR; : > x`;
    const said = async (policy: object) =>
      (await runScript(sandboxOf(room, { ...workspace, ...policy }, env), room, script)).text;
    expect(await said({})).toBe('');
    expect(await said({ excludeSlashTmp: true })).toBe('no tmp\n');
    expect(await said({ excludeTmpdir: true })).toBe('no TMPDIR\n');
    expect(await said({ excludeSlashTmp: true, excludeTmpdir: true })).toBe('no tmp\nno TMPDIR\n');
  });

  it('has its .agents kept read-only', async () => {
    const room = makeRoom();
    mkdirSync(join(room.cwd, '.agents'));
    const result = await runScript(sandboxOf(room, workspace), room, 'echo x > .agents/x || echo kept');
    expect(result.text).toContain('kept');
  });

  it('gets no .git, .codex or .agents by a patch, whatever their case', () => {
    const room = makeRoom();
    const sandbox = sandboxOf(room, workspace);
    const names = [
      '.git',
      '.git/config',
      'sub/.git/hooks/x',
      '.codex/config.toml',
      '.GIT/config',
      'a/.Codex/b',
      '.agents/x',
    ];
    for (const name of names) expect(sandbox.mayWrite(join(room.cwd, name))).toBe(false);
    for (const name of ['.gitignore', '.github/x', 'a.git/x']) {
      expect(sandbox.mayWrite(join(room.cwd, name))).toBe(true);
    }
    const below = join(room.cwd, '.codex/worktrees/w');
    mkdirSync(below, { recursive: true });
    expect(sandboxOf({ ...room, cwd: below }, workspace).mayWrite(join(below, 'x'))).toBe(true);
  });

  it('does not keep commands from running by a .git file that cannot be read', async () => {
    const room = makeRoom();
    const file = join(room.cwd, '.git');
    writeFileSync(file, 'gitdir: ../outside\n');
    truncateSync(file, 3 * 2 ** 30);
    const result = await runScript(sandboxOf(room, workspace), room, 'echo x > .git || echo kept');
    expect(result.text).toContain('kept');
  });
});
