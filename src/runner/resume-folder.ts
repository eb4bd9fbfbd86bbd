import { readChoices, writeChoices } from '../store/choices.ts';
import type { Home } from '../store/home.ts';

/** Whether a session that worked in another folder is gone on with there, or where the program was called; null: it is asked. */
export function chosenFolder(home: Home): 'session' | 'current' | null {
  return readChoices(home).resume_folder ?? null;
}

/** @throws Failure `busy` while another command changes what the home keeps; `trouble` when it cannot be written */
export function chooseFolder(home: Home, choice: 'session' | 'current'): void {
  writeChoices(home, { ...readChoices(home), resume_folder: choice });
}
