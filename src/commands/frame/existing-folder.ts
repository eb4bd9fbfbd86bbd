import { statSync } from 'node:fs';
import { Failure } from '../../base/failure.ts';
import { systemReason } from '../../base/system-error.ts';

/** The folder, if there is one. @throws Failure `usage` */
export function existingFolder(folder: string): string {
  try {
    if (statSync(folder).isDirectory()) return folder;
  } catch (error) {
    throw new Failure('usage', systemReason(error) ?? 'is not there', { file: folder, cause: error });
  }
  throw new Failure('usage', 'is not a folder', { file: folder });
}
