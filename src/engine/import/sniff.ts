import { stat } from 'node:fs/promises';
import { Failure } from '../../base/failure.ts';
import { openRollout } from '../../store/rollout-file.ts';
import { trouble } from '../../store/writer/file-steps.ts';
import { readLines } from '../read-records.ts';

export type SourceKind = 'bundle' | 'events' | 'rollout';

/**
 * What a file or a folder holds, by its first bytes and lines; its name does not count.
 *
 * @param shownAs what messages call it
 * @throws Failure `findings` for what holds no session
 */
export async function sniffSource(path: string, shownAs: string): Promise<SourceKind> {
  const found = await stat(path).catch((error) => {
    throw trouble(shownAs, 'cannot be opened', error);
  });
  if (found.isDirectory()) return 'bundle';
  const rollout = await openRollout(path, { shownAs });
  try {
    for await (const block of rollout.blocks()) {
      if (block.toString('latin1', 257, 262) === 'ustar') return 'bundle';
      break;
    }
    for await (const { line, decoded, record } of readLines(rollout)) {
      if (!decoded.ok && decoded.fault === 'BLANK') continue;
      if (record?.dialect === 'event') return 'events';
      if (record) return 'rollout';
      const message = 'is neither a bundle, nor events, nor a rollout: this line is no record';
      throw new Failure('findings', message, { file: shownAs, line: line.number, offset: line.offset });
    }
    const { damage } = rollout;
    throw new Failure('findings', damage ? damage.message : 'holds nothing', { file: shownAs });
  } finally {
    await rollout.close();
  }
}
