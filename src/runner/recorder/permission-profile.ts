import { join } from 'node:path';
import type { SandboxPolicy } from '../../model/history.ts';

type Payload = { [key: string]: unknown };

/**
 * What commands may touch, in the form without which Codex 0.169 passes over a `turn_context`. It keeps agents from their own
 * settings and from the repository's inside of what they may write.
 */
export function permissionProfile(policy: SandboxPolicy, cwd: string): Payload {
  if (policy.type === 'danger-full-access') return { type: 'disabled' };
  const isNetworked = policy.type === 'workspace-write' && policy.network;
  return {
    type: 'managed',
    file_system: { type: 'restricted', entries: [entry(special('root'), 'read'), ...writable(policy, cwd)] },
    network: isNetworked ? 'enabled' : 'restricted',
  };
}

function writable(policy: SandboxPolicy, cwd: string): Payload[] {
  if (policy.type !== 'workspace-write') return [];
  const roots = [...new Set([cwd, ...policy.writableRoots])];
  return [
    ...roots.map((root) => entry({ type: 'path', path: root }, 'write')),
    ...(policy.excludeSlashTmp ? [] : [entry(special('slash_tmp'), 'write')]),
    ...(policy.excludeTmpdir ? [] : [entry(special('tmpdir'), 'write')]),
    ...protectedNames.flatMap((name) =>
      roots.map((root) => ({
        ...entry({ type: 'path', path: join(root, name) }, 'read'),
        missing_path_behavior: 'skip',
      })),
    ),
  ];
}

function entry(path: Payload, access: 'read' | 'write'): Payload {
  return { path, access };
}

function special(kind: string): Payload {
  return { type: 'special', value: { kind } };
}

const protectedNames = ['.git', '.agents', '.codex', '.aws'];
