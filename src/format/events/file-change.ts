import type { Item } from '../../model/event.ts';
import type { JsonObject } from '../decode-line.ts';

/**
 * What a patch did to files: `changes` maps each path to `{type: add|update|delete, …}`, as Codex records it both in
 * `patch_apply_end` (0.142) and in the completed item `FileChange` (paginated threads).
 */
export function fileChange(callId: unknown, payload: JsonObject): Item {
  const { type: _, id: __, call_id: ___, changes, status, success, ...rest } = payload;
  return {
    type: 'file_change',
    call_id: typeof callId === 'string' ? callId : null,
    changes: changes ?? {},
    status: typeof status === 'string' ? status : statusOf(success),
    ...(typeof success === 'boolean' && { success }),
    ...rest,
  };
}

function statusOf(success: unknown): string | null {
  if (typeof success !== 'boolean') return null;
  return success ? 'completed' : 'failed';
}
