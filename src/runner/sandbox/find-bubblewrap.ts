import { arch } from 'node:os';
import { Failure } from '../../base/failure.ts';
import type { Clock } from '../../base/io.ts';
import { bubblewrapArguments } from './bubblewrap-arguments.ts';
import { bubblewrapLaunch } from './bubblewrap-launch.ts';
import { findProgram } from './find-program.ts';
import { runProcess } from './run-process.ts';
import { socketFilter } from './socket-filter.ts';

/** A bubblewrap that works here. */
export interface Bubblewrap {
  path: string;
  /** Whether it makes a user namespace; where that is refused, root can do without. */
  ownUsers: boolean;
  filter: Uint8Array;
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Finds bubblewrap and tries it out once, because it may be installed and yet not be allowed to make namespaces.
 * @param mayWrite so that a program that the agent could have put there is not taken
 * @throws Failure `refused`, with what to do about it
 */
export async function findBubblewrap(env: Env, mayWrite: (path: string) => boolean, clock: Clock): Promise<Bubblewrap> {
  const filter = socketFilter(arch());
  const path = findProgram('bwrap', env, (folder) => !mayWrite(folder));
  if (path === null) throw refusal('bubblewrap (bwrap) is not installed', installHint);
  let said = '';
  for (const ownUsers of [true, false]) {
    const candidate = { path, ownUsers, filter };
    const attempt = await tryOut(candidate, env, clock);
    if (attempt === null) return candidate;
    said ||= attempt;
  }
  throw refusal(`bubblewrap does not work here: ${said}`, allowHint);
}

const installHint = 'install it (Debian, Ubuntu: apt-get install bubblewrap; Fedora: dnf install bubblewrap)';
const allowHint =
  'allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, on Ubuntu ' +
  'kernel.apparmor_restrict_unprivileged_userns=0; Docker: --security-opt seccomp=unconfined --security-opt ' +
  'apparmor=unconfined --security-opt systempaths=unconfined), or, in a machine that may be lost, --sandbox danger-full-access';

function refusal(message: string, hint: string): Failure {
  return new Failure('refused', `no sandbox: ${message}`, { hint });
}

/** What went wrong; null when it works. */
async function tryOut(candidate: Bubblewrap, env: Env, clock: Clock): Promise<string | null> {
  const policy = { type: 'read-only' } as const;
  const args = bubblewrapArguments(policy, { writable: [], protected: [], hidden: [] }, '/', candidate.ownUsers);
  const chunks: Uint8Array[] = [];
  const result = await runProcess(
    bubblewrapLaunch(candidate, [...args, 'true'], env, clock),
    {
      ...{ cwd: '/', env, signal: new AbortController().signal, timeoutMs: 10_000, input: null, unconfined: false },
      onOutput: (chunk) => void chunks.push(Uint8Array.from(chunk)),
    },
    clock,
  );
  if (result.exitCode === 0) return null;
  const said = Buffer.concat(chunks).toString('utf8').trim().split('\n')[0];
  return said || result.message || `it ended with ${result.exitCode ?? result.signal ?? result.end}`;
}
