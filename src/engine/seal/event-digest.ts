import { createHash } from 'node:crypto';
import type { Event } from '../../model/event.ts';
import { stringify } from '../../model/verbatim.ts';
import type { RolloutFile } from '../../store/rollout-file.ts';
import type { Content } from '../read-records.ts';
import { fileAlone } from '../read-thread.ts';
import { readRecordedBatches } from '../recorded.ts';

/**
 * A digest over what was said in the first `bytes` of a rollout: the items and messages that are in effect, without the form in
 * which their dialect records them. It is the same before and after `codex migrate-rollouts`, which rewrites a file into another
 * dialect.
 *
 * @param most events that are taken; all when null
 */
export async function digestEvents(file: RolloutFile, bytes: number, most: number | null): Promise<EventDigest> {
  const hash = createHash('sha256');
  let events = 0;
  const part = { ...fileAlone(file.path), open: async () => prefixOf(file, bytes) };
  const source = { threadId: null, parts: [part], openPrefix: null };
  for await (const batch of readRecordedBatches(source, () => {})) {
    for (const event of batch) {
      const said = event.rolled_back ? null : saidBy(event);
      if (said === null) continue;
      if (events === most) return { events, sha256: hash.digest('hex') };
      events++;
      hash.update(said).update('\n');
    }
  }
  return { events, sha256: hash.digest('hex') };
}

export interface EventDigest {
  /** Events that it is over. */
  events: number;
  sha256: string;
}

/** As a checkpoint carries it. */
export function formatDigest({ events, sha256 }: EventDigest): string {
  return `${events} ${sha256}`;
}

export function parseDigest(text: string | undefined): EventDigest | null {
  const match = /^(\d{1,15}) ([0-9a-f]{64})$/.exec(text ?? '');
  return match ? { events: Number(match[1]), sha256: match[2] as string } : null;
}

/** Null for what a migration may add, drop or word in another way. */
function saidBy(event: Event): string | null {
  if (event.synthetic) return null;
  if (event.type === 'EventMsg') {
    const { type, text } = event.msg as unknown as { type: string; text?: unknown };
    return messages.has(type) ? stringify([type, text]) : null;
  }
  if (event.type !== 'ResponseItem') return null;
  const { id: _, ...item } = event.item as unknown as Record<string, unknown>;
  return stringify(item);
}

const messages = new Set(['UserMessage', 'AgentMessage']);

function prefixOf(file: RolloutFile, bytes: number): Content {
  return {
    path: file.path,
    damage: null,
    async *blocks() {
      let left = bytes;
      for await (const block of file.blocks()) {
        if (left <= 0) return;
        yield block.length <= left ? block : block.subarray(0, left);
        left -= block.length;
      }
    },
    close: async () => {},
  };
}
