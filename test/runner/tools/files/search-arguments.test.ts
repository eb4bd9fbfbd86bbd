import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { grepArguments, type Query, ripgrepArguments } from '../../../../src/runner/tools/files/search-arguments.ts';
import { makeRoom } from '../../sandbox/room.ts';

const programs = [
  ['rg', ripgrepArguments],
  ['grep', grepArguments],
] as const;

describe.each(programs)('searching with %s', (program, argumentsOf) => {
  const isThere = spawnSync(program, ['--version']).status === 0;

  it.skipIf(!isThere)('takes neither pattern nor path for an option, and leaves .git and binary files out', () => {
    const room = makeRoom();
    mkdirSync(join(room.cwd, '.git'));
    const files = { '.git/c': '--help x', '.hidden': '--help x', '--count': '--HELP', bin: '\0--help', 'b.md': 'axb' };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(room.cwd, name), `${text}\n`);
    const search = (query: Query) => {
      const found = spawnSync(program, argumentsOf(query), { cwd: room.cwd, encoding: 'utf8' });
      return found.stdout
        .split('\n')
        .filter(Boolean)
        .map((line) => line.replace(/^\.\//, ''))
        .sort();
    };
    expect(search({ pattern: '--help' })).toEqual(['.hidden:1:--help x']);
    expect(search({ pattern: '--help', ignore_case: true })).toEqual(['--count:1:--HELP', '.hidden:1:--help x']);
    expect(search({ pattern: '--HELP', path: '--count' })).toEqual(['--count:1:--HELP']);
    expect(search({ pattern: 'a.b' })).toEqual([]);
    expect(search({ pattern: 'a.b', regex: true, glob: '*.md' })).toEqual(['b.md:1:axb']);
  });
});
