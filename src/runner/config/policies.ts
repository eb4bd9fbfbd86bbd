import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SandboxPolicy } from '../../model/history.ts';
import type { ApprovalPolicy } from '../approvals.ts';
import type { Origin } from './config.ts';
import { type Layer, mergeNamed, pick, pickBy } from './layers.ts';

/** What the agent may do and whom it asks, with a note on what is understood in another way than Codex does. */
export function resolvePolicies(layers: readonly Layer[], cwd: string, addDirs: readonly string[]): ResolvedPolicies {
  const notes: string[] = [];
  const trust = trustOf(layers, cwd);
  const mode = pick(layers, 'sandbox_mode');
  const isTrusted = trust === 'trusted';
  // Codex lets the agent write in an untrusted folder as well; who calls a folder that expects the contrary.
  const type = mode.value ?? (isTrusted ? 'workspace-write' : 'read-only');
  const approval = pick(layers, 'approval_policy');
  const fallback = trust === 'untrusted' ? 'untrusted' : 'on-request';
  return {
    sandboxPolicy: type === 'workspace-write' ? workspaceWrite(layers, addDirs) : { type },
    sandboxOrigin: mode.value === undefined && isTrusted ? 'file' : mode.origin,
    approvalPolicy: approval.value === undefined ? fallback : approvalPolicy(approval.value, notes),
    approvalOrigin: approval.value === undefined && trust === 'untrusted' ? 'file' : approval.origin,
    notes,
  };
}

export interface ResolvedPolicies {
  sandboxPolicy: SandboxPolicy;
  sandboxOrigin: Origin;
  approvalPolicy: ApprovalPolicy;
  approvalOrigin: Origin;
  notes: string[];
}

function workspaceWrite(layers: readonly Layer[], addDirs: readonly string[]): SandboxPolicy {
  const roots = pickBy(layers, (table) => table.sandbox_workspace_write?.writable_roots).value ?? [];
  const network = pickBy(layers, (table) => table.sandbox_workspace_write?.network_access).value ?? false;
  const excludes = (key: 'exclude_tmpdir_env_var' | 'exclude_slash_tmp') =>
    pickBy(layers, (table) => table.sandbox_workspace_write?.[key]).value === true;
  return {
    ...{ type: 'workspace-write', writableRoots: [...new Set([...roots, ...addDirs])], network },
    ...(excludes('exclude_slash_tmp') && { excludeSlashTmp: true }),
    ...(excludes('exclude_tmpdir_env_var') && { excludeTmpdir: true }),
  };
}

function approvalPolicy(value: AskedPolicy, notes: string[]): ApprovalPolicy {
  if (value === 'untrusted' || value === 'on-request' || value === 'never') return value;
  const written = value === 'on-failure' ? "'on-failure'" : 'of several parts';
  notes.push(`approval_policy ${written} is taken as 'on-request'`);
  return 'on-request';
}

type AskedPolicy = NonNullable<Layer['table']['approval_policy']>;

/** What Codex was told of the folder, or of the repository it is in; null when nothing. */
function trustOf(layers: readonly Layer[], cwd: string): 'trusted' | 'untrusted' | null {
  const projects = mergeNamed(layers, (table) => table.projects);
  for (const folder of [cwd, repositoryAround(cwd)]) {
    const level = folder === null ? undefined : projects.get(folder)?.trust_level;
    if (level === 'trusted' || level === 'untrusted') return level;
  }
  return null;
}

function repositoryAround(folder: string): string | null {
  if (existsSync(join(folder, '.git'))) return folder;
  return dirname(folder) === folder ? null : repositoryAround(dirname(folder));
}
