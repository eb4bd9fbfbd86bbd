import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readGitState } from '../../../src/runner/recorder/git-state.ts';
import { makeFolder } from '../../builders.ts';

const hash = '0a445958f991c7f1b0d4c72a77a982654d6830fb';

describe('the state of a repository', () => {
  it('is that of the folder, or of one above', () => {
    const root = repository({ 'refs/heads/feature/x': `${hash}\n` }, 'ref: refs/heads/feature/x\n');
    mkdirSync(join(root, 'a/b'), { recursive: true });
    const state = { commit: hash, branch: 'feature/x', url: 'https://example.com/acme/widget.git' };
    expect(readGitState(root)).toEqual(state);
    expect(readGitState(join(root, 'a/b'))).toEqual(state);
  });

  it('is found among packed references', () => {
    const packed = `# pack-refs with: peeled\n${'1'.repeat(40)} refs/heads/other/main\n${hash} refs/heads/main\n`;
    expect(readGitState(repository({ 'packed-refs': packed }, 'ref: refs/heads/main'))).toMatchObject({ commit: hash });
  });

  it.each([
    ['before the first commit', 'ref: refs/heads/main\n', { commit: null, branch: 'main' }],
    ['on no branch', `${hash}\n`, { commit: hash, branch: null }],
    ['kept in another form', 'ref: refs/heads/.invalid\n', { commit: null, branch: null }],
    ['damaged', 'what?', { commit: null, branch: null }],
  ])('is told as far as it is there: %s', (_case, head, expected) => {
    expect(readGitState(repository({}, head))).toMatchObject(expected);
  });

  it('is not waited for where a pipe or a device stands in', () => {
    const root = repository({}, 'ref: refs/heads/main\n');
    for (const name of ['HEAD', 'packed-refs', 'config']) rmSync(join(root, '.git', name), { force: true });
    execFileSync('mkfifo', [join(root, '.git/HEAD'), join(root, '.git/packed-refs')]);
    symlinkSync('/dev/zero', join(root, '.git/config'));
    expect(readGitState(root)).toEqual({ commit: null, branch: null, url: null });
  });

  it('is that of a worktree', () => {
    const root = repository(
      { 'refs/heads/side': hash, 'worktrees/w/HEAD': 'ref: refs/heads/side', 'worktrees/w/commondir': '../..\n' },
      hash,
    );
    const tree = makeFolder();
    writeFileSync(join(tree, '.git'), `gitdir: ${root}/.git/worktrees/w\n`);
    expect(readGitState(tree)).toEqual({ commit: hash, branch: 'side', url: 'https://example.com/acme/widget.git' });
  });

  it.each([
    ['https://ada:s3cret@example.com/a.git', 'https://example.com/a.git'],
    ['git@example.com:acme/a.git', 'git@example.com:acme/a.git'],
    ['ssh://git@example.com/a.git', 'ssh://example.com/a.git'],
  ])('holds no password: %s', (url, told) => {
    const config = `[core]\n\tbare = false\n[remote "origin"]\n\turl = ${url}\n\tfetch = x\n[remote "b"]\n\turl = b\n`;
    expect(readGitState(repository({ config }, hash))?.url).toBe(told);
  });

  it('is none outside of a repository', () => {
    const folder = makeFolder();
    expect(readGitState(folder)).toBe(null);
    writeFileSync(join(folder, '.git'), 'nothing of use');
    expect(readGitState(folder)).toBe(null);
  });
});

function repository(files: { [name: string]: string }, head: string): string {
  const root = makeFolder();
  const config = '[remote "origin"]\n\turl = https://example.com/acme/widget.git\n';
  for (const [name, content] of Object.entries({ config, HEAD: head, ...files })) {
    const path = join(root, '.git', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return root;
}
