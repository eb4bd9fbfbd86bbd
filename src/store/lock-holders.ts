import { readFileSync, statSync } from 'node:fs';
import { basename } from 'node:path';

/** Every flock(2) in force, from `/proc/locks`; null where the kernel does not tell. */
export function listHolders(): Holder[] | null {
  let text: string;
  try {
    text = readFileSync('/proc/locks', 'utf8');
  } catch {
    return null;
  }
  // 3: FLOCK  ADVISORY  WRITE 4242 fe:00:1312345 0 EOF; one that waits has an arrow before its kind.
  const lines = text.matchAll(/^\d+: FLOCK +\S+ +\S+ +(-?\d+) ([0-9a-f]+):([0-9a-f]+):(\d+) /gm);
  return [...lines].map(([, pid, major, minor, inode]) => ({
    pid: Number(pid),
    major: Number.parseInt(major as string, 16),
    minor: Number.parseInt(minor as string, 16),
    inode: BigInt(inode as string),
  }));
}

/** A lock, and the process that took it; a process outside of this container has the id 0 or less. */
export interface Holder {
  pid: number;
  major: number;
  minor: number;
  inode: bigint;
}

/** Who of `holders` has this file locked; undefined when none does, or it is not there. */
export function holderOf(path: string, holders: readonly Holder[]): Holder | undefined {
  const file = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (!file) return undefined;
  const major = majorOf(file.dev);
  const minor = minorOf(file.dev);
  return holders.find(
    (holder) =>
      holder.inode === file.ino &&
      // File systems without a device (btrfs, overlay) go by different numbers here and there: the inode has to do.
      ((holder.major === major && holder.minor === minor) || (holder.major === 0 && major === 0)),
  );
}

/** Who has a file locked, for a message: `codex (process 4242)`, or `another process`. */
export function describeHolder(path: string): string {
  const pid = holderOf(path, listHolders() ?? [])?.pid ?? 0;
  return pid > 0 ? describeProcess(pid) : 'another process';
}

/** `codex (process 4242)`; this program goes by its own name, not by that of what runs it. */
export function describeProcess(pid: number): string {
  try {
    const name = isOurs(pid) ? 'sessions' : readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    return `${name} (process ${pid})`;
  } catch {
    return `process ${pid}`;
  }
}

function isOurs(pid: number): boolean {
  const [program = '', ...words] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  const script = words.find((word) => !word.startsWith('-')) ?? '';
  return /^node(?:js)?$/.test(basename(program)) && /^sessions(?:\.js)?$/.test(basename(script));
}

/** Linux packs major and minor into one number (glibc's gnu_dev_major and gnu_dev_minor). */
function majorOf(dev: bigint): number {
  return Number(((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n));
}

function minorOf(dev: bigint): number {
  return Number((dev & 0xffn) | ((dev >> 12n) & 0xffffff00n));
}
