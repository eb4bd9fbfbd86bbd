import { dirname } from 'node:path';
import type { SandboxPolicy } from '../../model/history.ts';
import type { Bounds } from './bounds.ts';
import { isWithin } from './real-path.ts';

/** Where bubblewrap reads the seccomp program from, and where it says which process is the first of the namespace. */
export const filterDescriptor = 3;
export const infoDescriptor = 4;

/**
 * The options of bubblewrap for a policy, up to and with `--`. Mounts are made in the order given, so later ones win.
 * @param cwd real path
 * @param ownUsers whether to make a user namespace; only root can do without
 */
export function bubblewrapArguments(policy: SandboxPolicy, bounds: Mounts, cwd: string, ownUsers: boolean): string[] {
  const network = policy.type === 'workspace-write' && policy.network;
  return [
    ...['--die-with-parent', '--new-session', '--cap-drop', 'ALL'],
    ...['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try'],
    ...(ownUsers ? ['--unshare-user'] : []),
    ...(network ? [] : ['--unshare-net']),
    ...['--ro-bind', '/', '/', '--dev', '/dev'],
    ...(policy.type === 'read-only' ? privateTemporary(cwd) : []),
    ...bounds.writable.flatMap((root) => ['--bind', root, root]),
    ...between(bounds).flatMap((folder) => ['--bind', folder, folder]),
    ...bounds.protected.flatMap((path) => ['--ro-bind', path, path]),
    // After all others: with the `/proc` of the host one could go through its processes to everything. Root needs no
    // privilege to write to `/proc/sys`, and so to choose what the kernel runs when a program crashes.
    ...['--proc', '/proc', '--ro-bind', '/proc/sys', '/proc/sys'],
    // A device on a mount without devices: opening it is refused.
    ...bounds.hidden.flatMap((path) => ['--ro-bind', '/dev/null', path]),
    ...['--chdir', cwd],
    ...['--seccomp', String(filterDescriptor), '--info-fd', String(infoDescriptor), '--'],
  ];
}

type Mounts = Omit<Bounds, 'roots'>;

/** In the `/dev` of a command, which goes away with it, so that nothing of the host is hidden for it. */
const privateFolder = '/dev/shm';

/** An empty folder for temporary files; the working directory stays to be seen, should it lie there. */
function privateTemporary(cwd: string): string[] {
  const bind = cwd !== privateFolder && isWithin(privateFolder, cwd) ? ['--ro-bind', cwd, cwd] : [];
  return ['--tmpfs', privateFolder, ...bind, '--setenv', 'TMPDIR', privateFolder];
}

/**
 * The folders between a writable root and what is protected in it. Each becomes a mount of its own, which cannot be
 * renamed: else one could move the folder away and put another in the place of the protected one.
 */
function between({ writable, protected: guarded }: Mounts): string[] {
  const folders = new Set<string>();
  for (const path of guarded) {
    const root = writable.find((candidate) => isWithin(candidate, path) && candidate !== path);
    if (root === undefined) continue;
    for (let at = dirname(path); at !== root; at = dirname(at)) folders.add(at);
  }
  return [...folders].sort((a, b) => a.length - b.length);
}
