import { stat } from 'node:fs/promises';
import type { Clock } from '../base/io.ts';
import { type Damage, openRollout } from '../store/rollout-file.ts';

/**
 * The content of a rollout as it grows, like `tail -f`: what is there, then what is appended, until the signal fires or the
 * file is gone. It survives the move from `.jsonl` to `.jsonl.zst` and back, as the content stays the same.
 *
 * @param onCaughtUp hears each time that all which is there was taken, and what was wrong with its compressed form
 */
export async function* followBlocks(
  path: string,
  clock: Clock,
  signal: AbortSignal,
  onCaughtUp: (damage: Damage | null) => void = () => {},
): AsyncGenerator<Buffer> {
  const plain = path.replace(/\.zst$/, '');
  let delivered = 0;
  let misses = 0;
  let seen = '';
  while (!signal.aborted && misses < GONE_AFTER) {
    const present = await findForm(plain);
    misses = present ? 0 : misses + 1;
    // Reading is only worth it when the file is another one than last time, or longer.
    if (present && present.version !== seen) {
      seen = present.version;
      const rollout = await openRollout(present.path).catch(() => null);
      if (rollout) {
        try {
          for await (const block of rollout.blocks(delivered)) {
            delivered += block.length;
            yield block;
          }
        } finally {
          await rollout.close();
        }
        onCaughtUp(rollout.damage);
      } else {
        seen = '';
      }
    }
    await clock.sleep(POLL_MS, signal);
  }
}

/** The form that the rollout has now; plain wins, as in Codex. */
async function findForm(plain: string): Promise<{ path: string; version: string } | null> {
  for (const path of [plain, `${plain}.zst`]) {
    try {
      const { ino, size, mtimeMs } = await stat(path);
      return { path, version: `${path} ${ino} ${size} ${mtimeMs}` };
    } catch {
      // Not this form.
    }
  }
  return null;
}

const POLL_MS = 200;
/** Polls without a file; between unlinking one form and linking the other there may be a moment without either. */
const GONE_AFTER = 25;
