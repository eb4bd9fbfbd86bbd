import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { bundle } from '../runner/sandbox/bundle.ts';
import { makeRoom } from '../runner/sandbox/room.ts';

const files = 40;
const rounds = 40;

it('leaves every file as before or as after when it is killed at any moment', { timeout: 240_000 }, async () => {
  const room = makeRoom();
  const name = (index: number) => join(room.cwd, `f${index}`);
  const content = (letter: string) => `${letter.repeat(200)}\n`.repeat(500);
  const program = bundle(
    room.root,
    `import { takeSnapshot } from './src/runner/tools/patch/snapshot.ts';
     import { writeChanges } from './src/runner/tools/patch/write-changes.ts';
     const [folder, letter] = process.argv.slice(2);
     const files = Array.from({ length: ${files} }, (_, index) => {
       const path = folder + '/f' + index;
       const before = takeSnapshot(path, path);
       return { path, before, after: Buffer.from((letter.repeat(200) + '\\n').repeat(500)), mode: before.mode };
     });
     process.stdout.write('go');
     for (;;) {
       writeChanges(files);
       for (const file of files) file.before = takeSnapshot(file.path, file.path);
     }`,
  );
  let interrupted = 0;
  for (let round = 0; round < rounds; round += 1) {
    for (let index = 0; index < files; index += 1) writeFileSync(name(index), content('a'));
    const child = spawn(process.execPath, [program, room.cwd, 'b'], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout!, 'data');
    await new Promise((resolve) => setTimeout(resolve, round % 30));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const states = Array.from({ length: files }, (_, index) => {
      const text = readFileSync(name(index), 'utf8');
      return text === content('a') ? 'before' : text === content('b') ? 'after' : 'torn';
    });
    expect(states).not.toContain('torn');
    const left = readdirSync(room.cwd).filter((entry) => entry.startsWith('.sessions-patch-'));
    if (left.length > 0 || new Set(states).size === 2) interrupted += 1;
    for (const entry of left) rmSync(join(room.cwd, entry));
  }
  // Otherwise the moments were badly chosen, and nothing was shown.
  expect(interrupted).toBeGreaterThan(0);
});
