import { OWN_FOLDER } from './store-lock.ts';

/** Where what is removed lies, relative to the home: a folder for each transaction. */
export const TRASH_FOLDER = `${OWN_FOLDER}/trash`;

/** The folder of a transaction. */
export function txFolder(tx: string): string {
  return `${TRASH_FOLDER}/${tx}`;
}

/** Where a file of the home lies once a transaction has moved it away. */
export function placeInTrash(tx: string, path: string): string {
  return `${txFolder(tx)}/files/${path}`;
}

/** Where the bytes lie that a transaction has cut out of a file. */
export function quarantinePlace(tx: string, path: string): string {
  return `${txFolder(tx)}/quarantine/${path}`;
}

/**
 * A file that whoever holds the store lock makes and nobody else sees. One that is there when the lock is taken was left by a
 * command that died, and is removed.
 *
 * @param name of letters, digits, `-` and `_`
 * @returns its path relative to the home
 */
export function actTempPath(name: string): string {
  return `${TEMP_FOLDER}/${ACT_PREFIX}${name}`;
}

export const TEMP_FOLDER = `${OWN_FOLDER}/tmp`;
export const ACT_PREFIX = 'act-';
