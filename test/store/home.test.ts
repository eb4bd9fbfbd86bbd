import { mkdirSync, symlinkSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/base/failure.ts';
import { usersList } from '../../src/engine/seal/allowed-signers.ts';
import { defaultHome, findHome, homeAround, homeAt } from '../../src/store/home.ts';
import { makeFolder } from '../builders.ts';

describe('the home', () => {
  it('is what CODEX_HOME names, also relative to the working directory', () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'my home'));
    expect(findHome({ CODEX_HOME: join(folder, 'my home') }, '/').path).toBe(join(folder, 'my home'));
    expect(findHome({ CODEX_HOME: 'my home/.' }, folder).path).toBe(join(folder, 'my home'));
  });

  it('is .codex in the home directory of the user', () => {
    const folder = makeFolder();
    mkdirSync(join(folder, '.codex'));
    expect(findHome({ HOME: folder }, '/').path).toBe(join(folder, '.codex'));
    expect(findHome({ HOME: folder, CODEX_HOME: '' }, '/').path).toBe(join(folder, '.codex'));
  });

  it.each(['', '.', 'work'])('is not below the working directory where HOME is %j', (HOME) => {
    expect(defaultHome({ HOME })).toBe(defaultHome({}));
    expect(isAbsolute(defaultHome({ HOME }))).toBe(true);
    expect(usersList({ HOME })).toBeNull();
  });

  it('is where a symbolic link leads', () => {
    const folder = makeFolder();
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    expect(findHome({ CODEX_HOME: join(folder, 'link') }, '/').path).toBe(join(folder, 'real'));
  });

  it('must be there, and a directory', () => {
    const folder = makeFolder();
    expect(() => findHome({ CODEX_HOME: join(folder, 'missing') }, '/')).toThrow(
      expect.objectContaining({
        kind: 'usage',
        message: 'there is no Codex home',
        hint: 'CODEX_HOME names it; mkdir makes it',
      }),
    );
    expect(() => findHome({ HOME: folder }, '/')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('set CODEX_HOME') }),
    );
    expect(() => findHome({ CODEX_HOME: '/dev/null' }, '/')).toThrow(Failure);
    expect(() => findHome({ CODEX_HOME: '/dev/null/x' }, '/')).toThrow(/cannot be read/);
  });

  it('is seen around a rollout', () => {
    expect(homeAround('/h/sessions/2026/01/02/rollout-x.jsonl')).toEqual(homeAt('/h'));
    expect(homeAround('/h/archived_sessions/rollout-x.jsonl')).toEqual(homeAt('/h'));
    expect(homeAround('/sessions/x.jsonl')).toEqual(homeAt('/'));
    expect(homeAround('/tmp/x.jsonl')).toBeNull();
  });
});
