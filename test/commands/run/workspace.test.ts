import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bestMatches } from '../../../src/commands/run/find-files.ts';
import { makePortRig, never } from './port-rig.ts';

const hasGit = spawnSync('git', ['--version']).status === 0;

function makeWork() {
  const { rig, portsWith } = makePortRig();
  const { work } = rig;
  const git = (...args: string[]) => {
    const own = ['-c', 'user.name=a', '-c', 'user.email=a@b', '-c', 'init.defaultBranch=trunk'];
    execFileSync('git', [...own, ...args], { cwd: work, stdio: 'pipe' });
  };
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), text);
  };
  return { work, git, write, workspace: portsWith().workspace };
}

describe.skipIf(!hasGit)('in a repository', () => {
  it('knows the branch, the files and what was changed, new files too', async () => {
    const { work, git, write, workspace } = makeWork();
    git('init');
    write('src/old.txt', 'one\ntwo\n');
    write('.gitignore', 'ignored\n');
    git('add', '.');
    git('commit', '-m', 'first');
    write('src/old.txt', 'one\n2\n');
    write('new file.txt', 'fresh\nno end');
    write('ignored', 'never');
    write('bytes', 'a\0b');
    expect(await workspace.branch(work)).toBe('trunk');
    expect(await workspace.files(work, 'old', never)).toEqual(['src/old.txt']);
    expect(await workspace.files(work, '', never)).toEqual(['bytes', '.gitignore', 'src/old.txt', 'new file.txt']);
    const diff = (await workspace.diff(join(work, 'src'), never)) as string;
    expect(diff).toContain('-two\n+2\n');
    expect(diff).toContain('+++ b/new file.txt\n@@ -0,0 +1,2 @@\n+fresh\n+no end\n\\ No newline at end of file\n');
    expect(diff).toContain('Binary files /dev/null and b/bytes differ\n');
    expect(diff).not.toContain('never');
  });

  it('starts no program that the repository names', async () => {
    const { work, git, write, workspace } = makeWork();
    git('init');
    write('a.txt', 'one\n');
    write('.gitattributes', '*.txt diff=bad\n');
    git('add', '.');
    git('commit', '-m', 'first');
    write('a.txt', 'two\n');
    const touch = `sh -c 'touch ${join(work, 'started')}'`;
    for (const key of ['core.fsmonitor', 'diff.external', 'diff.bad.command', 'diff.bad.textconv'])
      git('config', key, touch);
    expect(await workspace.diff(work, never)).toContain('+two');
    expect(await workspace.files(work, 'a.txt', never)).toEqual(['a.txt']);
    expect(await workspace.files(work, 'started', never)).toEqual([]);
    expect(spawnSync('ls', [join(work, 'started')]).status).not.toBe(0);
  });

  it('shows all of one without a commit as new', async () => {
    const { work, git, write, workspace } = makeWork();
    git('init');
    write('staged', 'one\n');
    git('add', '.');
    write('new', 'two\n');
    expect(await workspace.diff(work, never)).toMatch(/\+one[\s\S]*\+two/);
    expect(await workspace.branch(work)).toBe('trunk');
  });
});

describe('outside of a repository', () => {
  it('walks through folders, and knows of no changes', async () => {
    const { work, write, workspace } = makeWork();
    write('a/b/deep.md', '');
    write('near.md', '');
    write('node_modules/x/far.md', '');
    expect(await workspace.files(work, 'md', never)).toEqual(['near.md', 'a/b/deep.md']);
    expect(await workspace.diff(work, never)).toBeNull();
    expect(await workspace.branch(work)).toBeNull();
  });
});

describe('a file whose name is no UTF-8', () => {
  // Elsewhere no file can have such a name.
  it.runIf(process.platform === 'linux').each(['in a repository', 'outside of one'])(
    'is not offered %s, because no text could name it',
    async (where) => {
      const { work, git, write, workspace } = makeWork();
      if (where === 'in a repository' && hasGit) git('init');
      write('whole\ufffd.md', '');
      writeFileSync(Buffer.concat([Buffer.from(`${work}/br`), Buffer.from([0xff]), Buffer.from('ken.md')]), '');
      expect(await workspace.files(work, 'md', never)).toEqual(['whole\ufffd.md']);
    },
  );
});

describe('bestMatches', () => {
  it('prefers names to folders, beginnings to middles, letters side by side to others', () => {
    const paths = ['src/main/util.ts', 'lib/main.ts', 'src/domain.ts', 'm/a/i/n.ts', 'README.md'];
    expect(bestMatches(paths, 'main')).toEqual(['lib/main.ts', 'src/domain.ts', 'src/main/util.ts', 'm/a/i/n.ts']);
    expect(bestMatches(paths, 'README')).toEqual(['README.md']);
    expect(bestMatches(paths, 'Main')).toEqual([]);
  });
});

describe('what the user chose once and for all', () => {
  it.each([
    ['no JSON', '{"resume_folder": "session"'],
    ['something else', '["session"]'],
    ['nothing', 'null'],
    ['another choice', '{"resume_folder": "rm -rf", "__proto__": {"resume_folder": "session"}}'],
    ['too much', `{"resume_folder": "session", "more": "${'x'.repeat(100_000)}"}`],
  ])('is asked again where the file holds %s, and can be chosen anew', async (_, content) => {
    const { rig, portsWith } = makePortRig();
    const { workspace } = portsWith();
    const path = rig.home.write('.sessions/choices.json', content);
    expect(await workspace.folderChoice()).toBe('ask');
    await workspace.setFolderChoice('current');
    expect(await workspace.folderChoice()).toBe('current');
    expect([readFileSync(path, 'utf8'), statSync(path).mode & 0o777]).toEqual(['{"resume_folder":"current"}\n', 0o600]);
  });

  it('is neither read nor written through a link', async () => {
    const { rig, portsWith } = makePortRig();
    const { workspace } = portsWith();
    const other = rig.home.write('../other.json', '{"resume_folder":"session"}');
    mkdirSync(join(rig.home.path, '.sessions'));
    symlinkSync(other, join(rig.home.path, '.sessions/choices.json'));
    expect(await workspace.folderChoice()).toBe('ask');
    await workspace.setFolderChoice('current');
    expect(readFileSync(other, 'utf8')).toBe('{"resume_folder":"session"}');
    expect(await workspace.folderChoice()).toBe('current');
  });

  it('is one of those that are chosen at once', async () => {
    const { portsWith } = makePortRig();
    const { workspace } = portsWith();
    const choices = ['session', 'current', 'session', 'current'] as const;
    await Promise.all(choices.map((choice) => workspace.setFolderChoice(choice)));
    expect(choices).toContain(await workspace.folderChoice());
  });
});
