import { decodeLine } from '../../../format/decode-line.ts';
import { defaultLimits } from '../../../format/limits.ts';
import type { Line } from '../../../format/line-framer.ts';
import { toRecord } from '../../../format/record.ts';
import { spliceObject } from '../../../format/splice-object.ts';
import { memberTexts } from '../member-texts.ts';

/** A line of a rollout that becomes one of another thread. */
export class CopiedLine {
  /** Without its LF. */
  readonly bytes: Buffer;
  /** The record's type on disk; null where it is no record. */
  readonly type: string | null;
  readonly ordinal: number | null;
  readonly isRecord: boolean;
  readonly #isBare: boolean;
  readonly #id: unknown;

  constructor(line: Line) {
    this.bytes = line.bytes.subarray(line.start, line.end);
    const decoded = decodeLine(line, defaultLimits);
    const record = decoded.ok ? toRecord(decoded) : null;
    this.isRecord = record !== null;
    this.type = record?.type ?? null;
    this.ordinal = record?.ordinal ?? null;
    this.#isBare = record?.dialect === 'bare';
    this.#id = record?.type === 'session_meta' ? record.payload.id : undefined;
  }

  /**
   * The line as it stands in the copy, with its LF.
   *
   * @param clean its bytes without secrets
   * @param to.oldId the thread that it is copied from
   * @param to.lowered by how much its ordinal is lowered
   * @param to.isHead whether the copy begins with it
   */
  withChanges(
    clean: Uint8Array,
    to: { threadId: string; oldId: string | null; lowered: number; isHead: boolean },
  ): Buffer {
    const bytes = Buffer.from(clean.buffer, clean.byteOffset, clean.byteLength);
    const isOwnMeta = to.isHead || (this.type === 'session_meta' && this.#id === to.oldId);
    const isMoved = this.ordinal !== null && (to.lowered > 0 || to.isHead);
    if (!this.isRecord || (!isOwnMeta && !isMoved)) return Buffer.concat([bytes, LF]);
    let text = bytes.toString('utf8');
    if (isOwnMeta) text = this.#isBare ? withId(text, to.threadId) : withMeta(text, to.threadId);
    if (isMoved) {
      const ordinal = to.isHead ? 0 : (this.ordinal as number) - to.lowered;
      text = spliceObject(text, new Map([['ordinal', String(ordinal)]]));
    }
    return Buffer.from(`${text}\n`);
  }
}

/** What an own file says of itself, without what it refers to: the copy stands alone. */
function withMeta(text: string, threadId: string): string {
  const payload = memberTexts(text).get('payload') ?? '{}';
  const known = memberTexts(payload);
  const id = JSON.stringify(threadId);
  const changes = new Map<string, string | null>([['id', id]]);
  if (known.has('session_id')) changes.set('session_id', id);
  if (known.has('history_base')) {
    for (const key of ['history_base', 'forked_from_ordinal_exclusive', 'forked_from_id']) changes.set(key, null);
  }
  // Of a sub-agent, it would name the others of its tree.
  for (const key of subAgentKeys) changes.set(key, null);
  if (known.has('source') && !known.get('source')?.startsWith('"')) changes.set('source', '"exec"');
  if (known.get('thread_source') === '"subagent"') changes.set('thread_source', '"user"');
  return spliceObject(text, new Map([['payload', spliceObject(payload, changes)]]));
}

function withId(text: string, threadId: string): string {
  return spliceObject(text, new Map([['id', JSON.stringify(threadId)]]));
}

const subAgentKeys = [
  'parent_thread_id',
  'attached_thread_parent_id',
  'agent_nickname',
  'agent_role',
  'agent_path',
  'subagent_history_start_ordinal',
];
const LF = Buffer.from('\n');
