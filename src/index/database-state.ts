import { closeSync, constants, lstatSync, openSync, readSync } from 'node:fs';

/**
 * What changes when pages move from the log into the database, or the log begins anew: parts that were read before and after
 * that do not belong together. Whatever is added to the log meanwhile does.
 */
export function databaseState(path: string): string {
  const facts = lstatSync(path, { bigint: true });
  const log = sizeOf(`${path}-wal`) > 0 ? readBeginning(`${path}-wal`) : '';
  return [facts.ino, facts.size, facts.mtimeNs, sizeOf(`${path}-journal`), log].join(' ');
}

function readBeginning(path: string): string {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const head = Buffer.alloc(LOG_HEADER_BYTES);
    return head.toString('hex', 0, readSync(descriptor, head, 0, head.length, 0));
  } finally {
    closeSync(descriptor);
  }
}

function sizeOf(path: string): number {
  const facts = lstatSync(path, { throwIfNoEntry: false });
  return facts?.isFile() ? facts.size : 0;
}

const LOG_HEADER_BYTES = 32;
