import { basename } from 'node:path';
import type { Clock } from '../base/io.ts';
import { parseRolloutName } from '../format/file-name.ts';
import { openRollout } from '../store/rollout-file.ts';
import { followBlocks } from './follow.ts';
import { openThread } from './open-thread.ts';
import type { Report } from './problem.ts';
import type { RawFile } from './raw.ts';
import { readHead } from './read-head.ts';
import type { Content } from './read-records.ts';
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

/**
 * The same source, with its last file read as it grows.
 *
 * @param onCaughtUp hears each time that all which is there was taken
 */
export function followed(
  source: ThreadSource,
  clock: Clock,
  signal: AbortSignal,
  onCaughtUp: () => void = () => {},
): ThreadSource {
  const last = source.parts.length - 1;
  const parts = source.parts.map((part, index) =>
    index < last
      ? part
      : {
          ...part,
          open: async (path: string) => followedContent(path, clock, signal, onCaughtUp),
        },
  );
  return { ...source, parts };
}

/** Whoever follows a file waits for one that cannot be opened. @throws what its opening throws */
export async function checkOpens({ parts }: ThreadSource): Promise<void> {
  const last = parts.at(-1);
  if (last) await (await (last.open ?? openRollout)(last.path)).close();
}

function followedContent(path: string, clock: Clock, signal: AbortSignal, onCaughtUp: () => void): Content {
  const content: Content = {
    path,
    damage: null,
    blocks: () =>
      followBlocks(path, clock, signal, (damage) => {
        content.damage = damage;
        onCaughtUp();
      }),
    close: async () => {},
  };
  return content;
}

async function threadIdOf(path: string): Promise<string | null> {
  const { threadId } = await readHead(path);
  return threadId ?? parseRolloutName(basename(path))?.threadId ?? null;
}
