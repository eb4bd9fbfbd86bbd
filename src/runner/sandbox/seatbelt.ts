import type { SandboxPolicy } from '../../model/history.ts';
import type { Bounds } from './bounds.ts';

/** Part of macOS, and the only one of that name that is trusted. */
export const seatbeltProgram = '/usr/bin/sandbox-exec';

/**
 * The arguments of macOS's `sandbox-exec`: writing is denied but in the bounds, the network is denied unless allowed, keys
 * cannot be read. Paths are given as parameters, so that none of them can end the profile. Unlike on Linux there is no
 * private TMPDIR and no pid namespace. The last rule that matches wins.
 */
export function seatbeltArguments(policy: SandboxPolicy, bounds: Bounds): string[] {
  const parameters: string[] = [];
  const rule = (verdict: string, matcher: string, paths: readonly string[]) =>
    paths.map((path) => {
      const name = `PATH_${parameters.length / 2}`;
      parameters.push('-D', `${name}=${path}`);
      return `(${verdict} (${matcher} (param "${name}")))`;
    });
  const network = policy.type === 'workspace-write' && policy.network;
  const lines = [
    '(version 1)',
    '(allow default)',
    '(deny file-write*)',
    '(allow file-write* (literal "/dev/null") (literal "/dev/zero") (literal "/dev/tty") (regex #"^/dev/fd/"))',
    ...rule('allow file-write*', 'subpath', bounds.writable),
    ...rule('deny file-write*', 'subpath', bounds.protected),
    ...rule('deny file-read*', 'literal', bounds.hidden),
    ...(network ? ['(deny network-outbound (remote unix-socket))'] : ['(deny network*)']),
  ];
  return [...parameters, '-p', lines.join('\n'), '--'];
}
