import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { systemReason } from '../base/system-error.ts';
import type { Home } from './home.ts';
import { replaceFile } from './seals.ts';

/**
 * What this user has last seen of the log of a home's seals, kept outside of the home: a file for each home, named by the SHA-256 of
 * its real path, with the text of the log's checkpoint.
 */
export interface KnownLog {
  path: string;
  /** Null where nothing was kept, or what is there cannot be read. */
  read(): string | null;
  /** @returns why it could not be kept; null when it was */
  keep(text: string): Promise<string | null>;
}

/** Null for a user who has no place to keep it in: neither `XDG_STATE_HOME` nor `HOME` is set. */
export function knownLogOf(home: Home, env: Readonly<Record<string, string | undefined>>): KnownLog | null {
  const folder = stateFolder(env);
  if (folder === null) return null;
  const path = join(folder, createHash('sha256').update(realpathSync(home.path)).digest('hex'));
  return {
    path,
    read() {
      try {
        const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
        try {
          const stat = fstatSync(descriptor);
          return stat.isFile() && stat.size <= MOST_BYTES ? readFileSync(descriptor, 'latin1') : null;
        } finally {
          closeSync(descriptor);
        }
      } catch {
        return null;
      }
    },
    async keep(text) {
      try {
        await replaceFile(path, text);
        return null;
      } catch (error) {
        return systemReason((error as Error).cause ?? error) ?? (error as Error).message;
      }
    },
  };
}

function stateFolder({
  XDG_STATE_HOME: state,
  HOME: home,
}: Readonly<Record<string, string | undefined>>): string | null {
  // One that is not absolute is to be ignored, by the XDG Base Directory Specification.
  if (state !== undefined && isAbsolute(state)) return join(state, 'sessions', 'logs');
  return home !== undefined && isAbsolute(home) ? join(home, '.local', 'state', 'sessions', 'logs') : null;
}

const MOST_BYTES = 64 * 1024;
