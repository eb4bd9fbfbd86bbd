import { hostname, userInfo } from 'node:os';
import process from 'node:process';
import { packageVersion } from './package-files.ts';

/** Who does something that is recorded: the user, the machine, the process and the version of this program. */
export interface Actor {
  /** The name of the user; null where the system knows none. */
  user: string | null;
  uid: number | null;
  host: string;
  pid: number;
  version: string;
}

export function describeActor(): Actor {
  return {
    user: userName(),
    uid: process.geteuid?.() ?? null,
    host: hostname(),
    pid: process.pid,
    version: packageVersion(),
  };
}

function userName(): string | null {
  try {
    return userInfo().username;
  } catch {
    // A process in a container often runs under a number that has no name.
    return null;
  }
}
