import { closeSync, constants, fstatSync, readFileSync } from 'node:fs';
import type { Home } from './home.ts';
import { openIn } from './home-acts.ts';
import { writeOwnFile } from './own-file.ts';
import { lockStore, OWN_FOLDER } from './store-lock.ts';

/** What the user chose once and for all while the program ran. `config.toml` is for people to write. */
export interface Choices {
  /** Where a session is gone on with that worked in another folder: there, or where the program was called. */
  resume_folder?: 'session' | 'current';
}

/** Nothing is chosen where there is no such file, or none that can be understood. */
export function readChoices(home: Home): Choices {
  try {
    const descriptor = openIn(home, PATH, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const stat = fstatSync(descriptor);
      if (!stat.isFile() || stat.size > LARGEST) return {};
      const { resume_folder: folder } = JSON.parse(readFileSync(descriptor, 'utf8')) as Choices;
      return folder === 'session' || folder === 'current' ? { resume_folder: folder } : {};
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return {};
  }
}

/** @throws Failure `busy` while another command changes what the home keeps; `trouble` when it cannot be written */
export function writeChoices(home: Home, choices: Choices): void {
  const lock = lockStore(home);
  try {
    writeOwnFile(home, PATH, `${JSON.stringify(choices)}\n`, { replace: true });
  } finally {
    lock.release();
  }
}

const PATH = `${OWN_FOLDER}/choices.json`;
const LARGEST = 64 * 1024;
