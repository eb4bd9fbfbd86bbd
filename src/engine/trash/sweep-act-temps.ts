import type { Home } from '../../store/home.ts';
import { tryLockFile } from '../../store/lock-file.ts';
import { ACT_PREFIX, TEMP_FOLDER } from '../../store/trash-place.ts';
import { namesIn, openThere } from './tx-folders.ts';

/** Removes what commands have left in `.sessions/tmp/` that died while they had the store lock, which this process has now. */
export function sweepActTemps(home: Home): void {
  const folder = openThere(home, TEMP_FOLDER);
  if (!folder) return;
  try {
    const names = namesIn(folder);
    for (const name of names) if (name.startsWith(ACT_PREFIX)) folder.unlink(name);
    const copies = names.filter((name) => name.startsWith('name-index-'));
    if (copies.length === 0) return;
    // Copies of Codex's name index are made under its lock.
    const lock = tryLockFile(`${home.nameIndex}.lock`);
    if (!lock) return;
    try {
      for (const name of copies) folder.unlink(name);
    } finally {
      lock.release();
    }
  } finally {
    folder.close();
  }
}
