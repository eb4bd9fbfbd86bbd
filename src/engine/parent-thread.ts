import type { JsonObject } from '../format/decode-line.ts';
import { isObject } from '../format/record.ts';

/**
 * The thread that started a sub-agent or a review, as the versions of Codex record it in a session's meta; null for a session
 * that somebody began.
 */
export function parentOf(meta: JsonObject | null): string | null {
  const spawn = spawnOf(meta);
  const parent = meta?.parent_thread_id ?? (isObject(spawn) ? spawn.parent_thread_id : undefined);
  return typeof parent === 'string' && parent !== '' ? parent.toLowerCase() : null;
}

/** The same for threads that were spawned, of which a review is none. */
export function spawnerOf(meta: JsonObject | null): string | null {
  return typeof subagentOf(meta) === 'string' ? null : parentOf(meta);
}

function spawnOf(meta: JsonObject | null): unknown {
  const subagent = subagentOf(meta);
  return isObject(subagent) ? subagent.thread_spawn : undefined;
}

function subagentOf(meta: JsonObject | null): unknown {
  return isObject(meta?.source) ? meta.source.subagent : undefined;
}
