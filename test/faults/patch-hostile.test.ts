import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyPatch } from '../../src/runner/tools/patch/apply-patch.ts';
import { takeSnapshot } from '../../src/runner/tools/patch/snapshot.ts';
import { writeChanges } from '../../src/runner/tools/patch/write-changes.ts';
import { makeRoom } from '../runner/sandbox/room.ts';
import { call, contextOf } from '../runner/tools/context.ts';

function patch(...lines: string[]): string {
  return ['*** Begin Patch', ...lines, '*** End Patch', ''].join('\n');
}

describe('hostile patches', () => {
  it('never reach outside through a folder that somebody keeps replacing by a link', { timeout: 60_000 }, async () => {
    const room = makeRoom();
    const folder = join(room.cwd, 'd');
    mkdirSync(folder);
    const swap = `while :; do mv d real && ln -s ../outside d; rm -f d; mv real d; done`;
    const swapper = spawn('sh', ['-c', swap], { cwd: room.cwd, stdio: 'ignore' });
    const counts = { completed: 0, failed: 0, declined: 0, aborted: 0 };
    for (let round = 0; round < 3000; round += 1) {
      const context = contextOf(room, { policy: 'never' });
      const outcome = await call(applyPatch, context, patch(`*** Add File: d/sub${round}/escape`, '+owned'));
      counts[outcome.status] += 1;
    }
    swapper.kill('SIGKILL');
    await once(swapper, 'exit');
    expect(readdirSync(room.outside)).toEqual([]);
    expect(counts.completed).toBeGreaterThan(0);
    expect(counts.declined + counts.failed).toBeGreaterThan(0);
  });

  it('put back what was done when a later file cannot be written', () => {
    const room = makeRoom();
    const path = (name: string) => join(room.cwd, name);
    for (const name of ['a', 'b', 'c']) writeFileSync(path(name), `old ${name}`);
    chmodSync(path('a'), 0o640);
    const change = (name: string, after: Buffer | null) => {
      const before = takeSnapshot(path(name), name);
      return { path: path(name), before, after, mode: before?.mode ?? null };
    };
    const files = [
      change('a', Buffer.from('new')),
      change('b', null),
      change('n/e/w', Buffer.from('x')),
      change('c', Buffer.from('new')),
    ];
    writeFileSync(path('c'), 'changed by somebody else');
    expect(() => writeChanges(files)).toThrow(/c was changed by somebody else/);
    expect(readFileSync(path('a'), 'utf8')).toBe('old a');
    expect(statSync(path('a')).mode & 0o777).toBe(0o640);
    expect(readFileSync(path('b'), 'utf8')).toBe('old b');
    expect(readFileSync(path('c'), 'utf8')).toBe('changed by somebody else');
    expect(readdirSync(room.cwd).sort()).toEqual(['a', 'b', 'c']);
  });

  it('do not overwrite a file that came into being meanwhile', () => {
    const room = makeRoom();
    const path = join(room.cwd, 'new');
    writeFileSync(path, 'theirs');
    expect(() => writeChanges([{ path, before: null, after: Buffer.from('ours'), mode: null }])).toThrow(
      /somebody else/,
    );
    expect(readFileSync(path, 'utf8')).toBe('theirs');
    expect(readdirSync(room.cwd)).toEqual(['new']);
  });

  it('come to an end', { timeout: 60_000 }, async () => {
    const room = makeRoom();
    const same = 'x\n'.repeat(200_000);
    writeFileSync(join(room.cwd, 'f'), same);
    const blanks = ' '.repeat(1_000_000);
    writeFileSync(join(room.cwd, 'g'), `${blanks}y\n`);
    const pattern = [...Array<string>(50_000).fill(' x'), ' y'];
    const patches = [
      patch('*** Update File: f', '@@', ...pattern, '+z'),
      patch('*** Update File: g', '@@', `-${blanks}z`, '+z'),
      patch(`*** Update File: ${blanks}x`, '@@', '-x'),
      patch(...Array.from({ length: 2000 }, (_, index) => `*** Delete File: ${index}`)),
      `${'*** Begin Patch\n'}${'+'.repeat(17 * 1024 * 1024)}`,
      `<<E\n${'\nE    '.repeat(200_000)}x`,
      patch(`*** Add File: ${'a/'.repeat(5000)}b`, '+x'),
      patch(`*** Add File: ${'n'.repeat(300)}`, '+x'),
    ];
    for (const text of patches) {
      const begin = performance.now();
      const outcome = await call(applyPatch, contextOf(room, { policy: 'never' }), text);
      expect(outcome.status).toMatch(/failed|declined/);
      expect(performance.now() - begin).toBeLessThan(8000);
    }
    expect(readFileSync(join(room.cwd, 'f'), 'utf8')).toBe(same);
    expect(existsSync(join(room.cwd, 'a'))).toBe(false);
    expect(readdirSync(room.cwd).sort()).toEqual(['f', 'g']);
  });

  it('add a large file', { timeout: 60_000 }, async () => {
    const room = makeRoom();
    const lines = Array<string>(100_000).fill(`+${'y'.repeat(99)}`);
    const outcome = await call(applyPatch, contextOf(room), patch('*** Add File: large', ...lines));
    expect(outcome.status).toBe('completed');
    expect(statSync(join(room.cwd, 'large')).size).toBe(10_000_000);
  });
});
