import { basename } from 'node:path';
import type { Clock } from '../base/io.ts';
import { parseRolloutName } from '../format/file-name.ts';
import { openRollout } from '../store/rollout-file.ts';
import { followBlocks } from './follow.ts';
import { openThread } from './open-thread.ts';
import type { Report } from './problem.ts';
import type { RawFile } from './raw.ts';
import { readHead } from './read-head.ts';
import { fileAlone, type ThreadSource } from './read-thread.ts';
import type { SessionResolver, Target } from './resolve-session.ts';

/** Opens what the user named: a thread with all its files, or one file alone. */
export async function openTarget(resolver: SessionResolver, target: Target, report: Report): Promise<ThreadSource> {
  if (target.kind === 'thread') return openThread(await resolver.catalog(), target.threadId, report);
  const part = fileAlone(target.path);
  if (target.isStdin) part.open = (path) => openRollout(path, { shownAs: '-' });
  return { threadId: await threadIdOf(target.path), parts: [part], openPrefix: null };
}

/** The file that `--raw` copies: the one named, or the thread's current one. */
export async function rawFile(resolver: SessionResolver, target: Target): Promise<RawFile> {
  const openThread = () => openTarget(resolver, target, () => {});
  if (target.kind === 'file') return { path: target.path, isStdin: target.isStdin ?? false, openThread };
  const files = (await resolver.catalog()).thread(target.threadId);
  return { path: (files.at(-1) as { path: string }).path, openThread };
}

/** The same source, with its last file read as it grows. */
export function followed(source: ThreadSource, clock: Clock, signal: AbortSignal): ThreadSource {
  const last = source.parts.length - 1;
  const parts = source.parts.map((part, index) =>
    index < last
      ? part
      : {
          ...part,
          open: async (path: string) => ({
            path,
            damage: null,
            blocks: () => followBlocks(path, clock, signal),
            close: async () => {},
          }),
        },
  );
  return { ...source, parts };
}

async function threadIdOf(path: string): Promise<string | null> {
  const { threadId } = await readHead(path);
  return threadId ?? parseRolloutName(basename(path))?.threadId ?? null;
}
