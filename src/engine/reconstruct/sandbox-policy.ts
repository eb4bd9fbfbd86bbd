import type { JsonObject } from '../../format/decode-line.ts';
import { isObject } from '../../format/record.ts';
import type { SandboxPolicy } from '../../model/history.ts';

/**
 * How far commands may reach, from any form that Codex has recorded it in: `sandbox_policy` with `mode` (up to 0.53) or
 * `type`, and `permission_profile` (since 0.142). Null where nothing is recorded, or what is recorded has no equal here, such
 * as a sandbox around the whole agent: nothing is then taken for allowed.
 */
export function toSandboxPolicy(policy: unknown, profile: unknown): SandboxPolicy | null {
  return (isObject(policy) ? fromPolicy(policy) : null) ?? (isObject(profile) ? fromProfile(profile) : null);
}

function fromPolicy(policy: JsonObject): SandboxPolicy | null {
  switch (policy.type ?? policy.mode) {
    case 'danger-full-access':
    case 'read-only':
      return { type: (policy.type ?? policy.mode) as 'danger-full-access' | 'read-only' };
    case 'workspace-write':
      return {
        type: 'workspace-write',
        writableRoots: strings(policy.writable_roots),
        network: policy.network_access === true || policy.network_access === 'enabled',
        ...(policy.exclude_slash_tmp === true && { excludeSlashTmp: true }),
        ...(policy.exclude_tmpdir_env_var === true && { excludeTmpdir: true }),
      };
    default:
      return null;
  }
}

function fromProfile(profile: JsonObject): SandboxPolicy | null {
  if (profile.type === 'disabled') return { type: 'danger-full-access' };
  if (profile.type !== 'managed' || !isObject(profile.file_system)) return null;
  const network = profile.network === 'enabled';
  const files = profile.file_system;
  if (files.type === 'unrestricted') {
    return network ? { type: 'danger-full-access' } : { type: 'workspace-write', writableRoots: ['/'], network };
  }
  if (files.type !== 'restricted' || !Array.isArray(files.entries)) return null;
  const writable = files.entries.filter(isObject).filter((entry) => entry.access === 'write');
  if (writable.length === 0) return { type: 'read-only' };
  return { type: 'workspace-write', writableRoots: writable.flatMap(rootOf), network };
}

/** The working directory and the temporary folders are writable without being named. */
function rootOf({ path }: JsonObject): string[] {
  if (!isObject(path)) return [];
  if (path.type === 'path' && typeof path.path === 'string') return [path.path];
  return path.type === 'special' && isObject(path.value) && path.value.kind === 'root' ? ['/'] : [];
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((part): part is string => typeof part === 'string') : [];
}
