import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

// Puts links to another folder in the place of a folder, and of the files in it, and takes them away again, as fast as it
// can: `node swapping-run.js FOLDER OUTSIDE ASIDE COUNT`. Prints how often it did.
const [folder = '', outside = '', aside = '', count = '0'] = process.argv.slice(2);
mkdirSync(aside, { recursive: true });
let swaps = 0;
for (let turn = 0; swaps < Number(count); turn++) {
  if (turn % 3 === 0) swapFolder();
  else swapFile(turn);
}
process.stdout.write(`${swaps}\n`);

function swapFolder(): void {
  attempt(() => {
    renameSync(folder, join(aside, 'folder'));
    symlinkSync(outside, folder);
    swaps++;
  });
  if (!existsSync(join(aside, 'folder'))) return;
  attempt(() => unlinkSync(folder));
  // Somebody may have made the folder anew meanwhile: then its files come home one by one.
  attempt(() => renameSync(join(aside, 'folder'), folder));
  if (existsSync(join(aside, 'folder'))) {
    for (const name of readdirSync(join(aside, 'folder'))) {
      attempt(() => renameSync(join(aside, 'folder', name), join(folder, name)));
    }
    attempt(() => rmSync(join(aside, 'folder'), { recursive: true }));
  }
}

function swapFile(turn: number): void {
  const names = attempt(() => readdirSync(folder)) ?? [];
  const name = names[turn % Math.max(1, names.length)];
  if (name === undefined) {
    swaps++;
    return;
  }
  const moved = attempt(() => {
    renameSync(join(folder, name), join(aside, name));
    return true;
  });
  if (!moved) return;
  attempt(() => {
    symlinkSync(join(outside, name), join(folder, name));
    swaps++;
  });
  attempt(() => unlinkSync(join(folder, name)));
  attempt(() => renameSync(join(aside, name), join(folder, name)));
}

function attempt<T>(act: () => T): T | null {
  try {
    return act();
  } catch {
    return null;
  }
}
