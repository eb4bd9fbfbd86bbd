/**
 * What a rollout's file name says. Codex writes `rollout-<local time>-<thread>.jsonl`, after a revert
 * `rollout-<local time>-<thread>_<rollout>.jsonl`, and finds any `rollout-*` name that holds the thread's uuid.
 *
 * @returns null when the real Codex would not take the name for a rollout
 */
export function parseRolloutName(name: string): RolloutName | null {
  const match = /^rollout-(.*)\.jsonl(\.zst)?$/s.exec(name);
  if (!match) return null;
  const ids = (match[1] as string).match(uuidPattern);
  if (!ids) return null;
  const threadId = (ids[0] as string).toLowerCase();
  return {
    threadId,
    // The same text where it is the same, as a home may have many.
    rolloutId: ids.length === 1 ? threadId : (ids[ids.length - 1] as string).toLowerCase(),
    localTime: /^\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}/.exec(match[1] as string)?.[0] ?? null,
    compressed: match[2] !== undefined,
  };
}

export interface RolloutName {
  /** The thread that the file belongs to: the first uuid of the name. */
  threadId: string;
  /** The file's own identity: the last uuid of the name. It differs from the thread's after a revert. */
  rolloutId: string;
  /** Wall time of the machine that made the file, `YYYY-MM-DDThh-mm-ss`; no zone is known, so it is never an age. */
  localTime: string | null;
  compressed: boolean;
}

const uuidPattern = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;
