import { describe, expect, it } from 'vitest';
import type { ShellEnvironmentPolicy } from '../../../src/runner/config/config.ts';
import { shellEnvironment } from '../../../src/runner/config/shell-environment.ts';
import { makeHome } from './home.ts';

const env = { PATH: '/bin', HOME: '/h', AWS_ID: '1', AWS_REGION: 'x', LANG: 'C', GONE: undefined };
const policy: ShellEnvironmentPolicy = { inherit: 'all', exclude: [], set: {}, includeOnly: [] };
const names = (changes: Partial<ShellEnvironmentPolicy>) =>
  Object.keys(shellEnvironment({ ...policy, ...changes }, env));

describe('shell_environment_policy', () => {
  it('inherits all, what every shell needs, or nothing', () => {
    expect(names({})).toEqual(['PATH', 'HOME', 'AWS_ID', 'AWS_REGION', 'LANG']);
    expect(names({ inherit: 'core' })).toEqual(['PATH', 'HOME']);
    expect(names({ inherit: 'none' })).toEqual([]);
  });

  it('leaves out by pattern, then sets, then keeps only by pattern', () => {
    expect(names({ exclude: ['aws_*'] })).toEqual(['PATH', 'HOME', 'LANG']);
    expect(names({ exclude: ['AWS_I?'] })).toEqual(['PATH', 'HOME', 'AWS_REGION', 'LANG']);
    expect(names({ exclude: ['[AL]*'] })).toEqual(['PATH', 'HOME']);
    expect(names({ exclude: ['[!P]*'] })).toEqual(['PATH']);
    expect(names({ exclude: ['*_[A-J]*', '*t*'] })).toEqual(['HOME', 'AWS_REGION', 'LANG']);
    expect(names({ exclude: ['*'] })).toEqual([]);
    expect(names({ exclude: ['aws*on', 'a*o*e', 'PATH?', '?ATH*'] })).toEqual(['HOME', 'AWS_ID', 'LANG']);
    expect(names({ exclude: ['AWS_*'], set: { AWS_ID: '2' } })).toContain('AWS_ID');
    expect(names({ set: { X: '1' }, includeOnly: ['P*', 'HOME'] })).toEqual(['PATH', 'HOME']);
    expect(shellEnvironment({ ...policy, set: { PATH: '/x' } }, env).PATH).toBe('/x');
  });

  it('takes a pattern that is none for the text it is', () => {
    expect(names({ exclude: ['(', '[', '[Z-A]*', 'a.*b', '\\', ''] })).toHaveLength(5);
    expect(names({ includeOnly: ['A.S_ID'] })).toEqual([]);
  });

  it('does not take long with many stars', () => {
    const begin = Date.now();
    const long = { ['A'.repeat(5000)]: '1' };
    shellEnvironment({ ...policy, exclude: [`${'*A'.repeat(30)}B`] }, long);
    expect(Date.now() - begin).toBeLessThan(2000);
  });

  it('is read from the layers key by key', async () => {
    const { load } = makeHome('[shell_environment_policy]\ninherit = "core"\nexclude = ["A*"]\nset = { X = "1" }\n');
    const config = await load({ overrides: ['shell_environment_policy.inherit=none'] });
    expect(config.shellEnvironment).toEqual({ inherit: 'none', exclude: ['A*'], set: { X: '1' }, includeOnly: [] });
    expect(config.origins.shellEnvironment).toBe('override');
  });
});
