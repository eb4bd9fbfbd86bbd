import { existsSync } from 'node:fs';
import { Failure } from '../../base/failure.ts';
import { findMoved } from '../../store/find-moved.ts';
import type { CutThread } from './find-cut.ts';

/** Whether a fork says what it inherits, or holds a copy of it. */
export type ForkMethod = 'copy' | 'reference';

/**
 * How a thread is forked: by reference where Codex does the same, which is where its records have ordinals.
 *
 * @throws Failure `usage` for a reference that nobody could follow, or a thread of a kind that cannot be forked
 */
export function methodFor(cut: CutThread, parentId: string, wanted: ForkMethod | null): ForkMethod {
  const { head, place } = cut;
  const mode = head.meta?.history_mode ?? 'legacy';
  if (head.dialect === 'event') {
    throw new Failure('usage', `session ${parentId} is a stream of events, which cannot be forked`);
  }
  if (mode !== 'legacy' && mode !== 'paginated') {
    throw new Failure('usage', `session ${parentId} has the history mode ${JSON.stringify(mode)}, which is not known`);
  }
  if (mode === 'paginated' && place.ordinal !== null) {
    const method = wanted ?? 'reference';
    if (method === 'reference') checkReadable(cut);
    return method;
  }
  if (wanted === 'reference') {
    const why =
      head.dialect === 'bare' ? 'its format, of Codex up to 0.29, has to be converted' : 'its records have no ordinals';
    throw new Failure('usage', `session ${parentId} cannot be referred to: ${why}`, {
      hint: 'without --reference, the fork gets a copy',
    });
  }
  return 'copy';
}

function checkReadable({ problems }: CutThread): void {
  const damage = problems.find(({ rule }) => rule.startsWith('ZSTD-'));
  if (!damage) return;
  throw new Failure('trouble', `cannot be read to its end: ${damage.message}`, {
    ...(damage.file !== null && { file: damage.file }),
    hint: 'with --copy, the fork gets what can be read',
  });
}

/**
 * A reference needs what it refers to.
 *
 * @throws Failure `trouble` when somebody has removed it since it was opened
 */
export function checkBase({ files }: CutThread): void {
  for (const { rollout } of files) {
    if (existsSync(rollout.path) || findMoved(rollout.path)) continue;
    throw new Failure('trouble', 'was removed while it was forked', { file: rollout.path });
  }
}
