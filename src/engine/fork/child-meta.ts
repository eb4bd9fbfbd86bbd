import type { JsonObject } from '../../format/decode-line.ts';
import { isObject } from '../../format/record.ts';
import { spliceObject } from '../../format/splice-object.ts';
import type { CutState } from './survey.ts';

export interface ChildMeta {
  childId: string;
  parentId: string;
  /** RFC 3339 UTC. */
  time: string;
  /** Version of this program. */
  version: string;
  cwd: string;
  /** Whether `cwd` is another one than the parent's. */
  isMoved: boolean;
  memoryMode: 'enabled' | 'disabled' | null;
  state: Pick<CutState, 'settings' | 'latestTools'>;
  /** For a fork that goes on from its parent's file. */
  base: { rolloutId: string; endOrdinal: number; endByte: number } | null;
}

/**
 * The payload of a fork's session_meta: the parent's, byte for byte, but for what is another one's or a sub-agent's.
 *
 * @param parent text of the parent's payload and its value; `{}` for none
 */
export function childMetaText(parent: { text: string; value: JsonObject }, child: ChildMeta): string {
  const { base, state } = child;
  const changes = new Map<string, string | null>();
  const set = (key: string, value: unknown) => changes.set(key, JSON.stringify(value));
  for (const key of subAgentKeys) changes.set(key, null);
  changes.set('forked_from_ordinal_exclusive', null);
  changes.set('history_base', null);
  if ('session_id' in parent.value) set('session_id', child.childId);
  set('id', child.childId);
  set('forked_from_id', child.parentId);
  if (base) set('forked_from_ordinal_exclusive', base.endOrdinal);
  set('timestamp', child.time);
  set('cwd', child.cwd);
  if (child.isMoved && 'runtime_workspace_roots' in parent.value) set('runtime_workspace_roots', [child.cwd]);
  set('originator', 'sessions');
  set('cli_version', child.version);
  if (typeof parent.value.source !== 'string') set('source', 'exec');
  if (parent.value.thread_source === 'subagent') set('thread_source', 'user');
  if (state.settings.modelProvider !== null) set('model_provider', state.settings.modelProvider);
  if (child.memoryMode !== null) set('memory_mode', child.memoryMode);
  if (state.latestTools) set('dynamic_tools', state.latestTools);
  if (isObject(parent.value.context_window)) set('context_window', { window_id: child.childId });
  if (base) {
    set('history_base', {
      thread_id: base.rolloutId,
      end_ordinal_exclusive: base.endOrdinal,
      end_byte_offset: base.endByte,
    });
  }
  return spliceObject(parent.text, changes);
}

const subAgentKeys = [
  'parent_thread_id',
  'attached_thread_parent_id',
  'agent_nickname',
  'agent_role',
  'agent_path',
  'subagent_history_start_ordinal',
];
