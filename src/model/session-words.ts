import { type Fields, objectOf, textOf } from './fields.ts';

/** `exec`, `cli`, …; for a session that another one started `subagent: review`. */
export function sourceName(source: unknown): string | null {
  const name = textOf(source);
  if (name !== null) return name;
  const [kind, detail] = Object.entries(objectOf(source))[0] ?? [];
  if (kind === undefined) return null;
  const which = textOf(detail) ?? Object.keys(objectOf(detail))[0];
  return which === undefined ? kind : `${kind}: ${which}`;
}

/** `Name (role)`, of a sub-agent. */
export function agentName(meta: Fields): string | null {
  const name = textOf(meta.agent_nickname);
  const role = textOf(meta.agent_role);
  return name !== null && role !== null ? `${name} (${role})` : (name ?? role);
}

/** `main at 1a2b3c4d`. */
export function branchOf(git: Fields): string | null {
  const branch = textOf(git.branch);
  const commit = textOf(git.commit_hash)?.slice(0, 8) ?? null;
  return branch !== null && commit !== null ? `${branch} at ${commit}` : (branch ?? commit);
}
