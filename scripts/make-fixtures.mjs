// Writes fixtures/: small homes of every form, and one file for each fault that a rollout can have. What it writes is
// committed; run it after a change of scripts/fixtures/.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { makeHomes } from './fixtures/homes.mjs';
import { makeHostile } from './fixtures/hostile.mjs';

/** Every fixture: its path below fixtures/, and its bytes. */
export function makeFixtures() {
  const fixtures = new Map();
  for (const [home, files] of Object.entries(makeHomes())) {
    for (const [path, bytes] of Object.entries(files)) fixtures.set(`homes/${home}/${path}`, bytes);
  }
  for (const [name, bytes] of Object.entries(makeHostile())) fixtures.set(`hostile/${name}`, bytes);
  return fixtures;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const folder = fileURLToPath(new URL('../fixtures', import.meta.url));
  for (const part of ['homes', 'hostile']) await rm(join(folder, part), { recursive: true, force: true });
  for (const [path, bytes] of makeFixtures()) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}
