import type { RolloutFile } from '../../store/rollout-file.ts';
import { readLineBlocks } from '../read-records.ts';
import { textsOf } from '../reconstruct/contextual.ts';

/**
 * The folder that Codex told the model about in its first message on the environment: in sessions of Codex up to 0.29, that is
 * the only place where it stands. Null where there is none.
 */
export async function environmentCwd(rollout: RolloutFile): Promise<string | null> {
  let seen = 0;
  for await (const lines of readLineBlocks(rollout)) {
    for (const { record } of lines) {
      if (record?.type !== 'response_item' || record.payload.type !== 'message') continue;
      const text = textsOf({ type: 'message', content: record.payload.content }).join('\n');
      const cwd = /<environment_context>[\s\S]*?(?:<cwd>([^<]+)<\/cwd>|Current working directory: ([^\n]+))/.exec(text);
      if (cwd) return (cwd[1] ?? cwd[2] ?? '').trim() || null;
      if (++seen === MOST_MESSAGES) return null;
    }
  }
  return null;
}

const MOST_MESSAGES = 20;
