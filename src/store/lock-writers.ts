import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename, sep } from 'node:path';
import { parseRolloutName } from '../format/file-name.ts';
import type { Home } from './home.ts';

/**
 * Processes that have a rollout of this home open for writing, from `/proc`. That is how a Codex older than 0.149 shows,
 * which takes no lock: it keeps the file of a thread open for as long as the thread.
 *
 * @returns thread id to process id, without this process; null where there is no `/proc`. Processes of other users and
 *   other machines are not seen, so a thread that is not among them is not known to be free
 */
export function findWriters(home: Home): Map<string, number> | null {
  const self = attempt(() => readlinkSync('/proc/self'));
  if (self === null) return null;
  const writers = new Map<string, number>();
  for (const name of listing('/proc')) {
    if (!/^\d+$/.test(name) || name === self) continue;
    for (const threadId of writtenBy(name, home)) writers.set(threadId, Number(name));
  }
  return writers;
}

function writtenBy(name: string, home: Home): string[] {
  const folder = `/proc/${name}/fd`;
  return listing(folder).flatMap((descriptor) => {
    const path = attempt(() => readlinkSync(`${folder}/${descriptor}`));
    if (!path?.startsWith(home.sessions + sep) && !path?.startsWith(home.archived + sep)) return [];
    const rollout = parseRolloutName(basename(path));
    return rollout && isWritable(`/proc/${name}/fdinfo/${descriptor}`) ? [rollout.threadId] : [];
  });
}

/** The flags are octal; the last two bits are the access mode, of which 0 is reading. */
function isWritable(info: string): boolean {
  const flags = /^flags:\s*([0-7]+)/m.exec(attempt(() => readFileSync(info, 'utf8')) ?? '')?.[1];
  return flags !== undefined && (Number.parseInt(flags, 8) & 3) !== 0;
}

/** Empty for a process of another user, and for one that has ended. */
function listing(folder: string): string[] {
  return attempt(() => readdirSync(folder)) ?? [];
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
