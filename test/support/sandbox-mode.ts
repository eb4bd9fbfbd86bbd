import { existsSync } from 'node:fs';
import { hasBubblewrap } from '../runner/sandbox/room.ts';

/** Whether agents can be run in a sandbox on this machine. */
export const hasSandbox = hasBubblewrap || existsSync('/usr/bin/sandbox-exec');

/** For tests of everything else: where there is no sandbox, their harmless commands run without one. */
export const sandboxMode = hasSandbox ? 'workspace-write' : 'danger-full-access';
