import type { Io } from '../../base/io.ts';
import type { Catalog } from '../../engine/catalog.ts';
import type { Report } from '../../engine/problem.ts';
import type { SessionResolver, Target } from '../../engine/resolve-session.ts';
import type { Invocation } from '../command.ts';
import { readSelectors } from '../frame/read-selectors.ts';
import { selectorOptions } from '../options.ts';

/**
 * The sessions that were named, those of them that selectors let through, or those of the home that do; archived ones too.
 *
 * @returns null when nothing was named and nothing selected, which means everything
 */
export async function chooseTargets(
  sessions: SessionResolver,
  { options, operands }: Invocation,
  io: Io,
  looking: { report: Report; onProgress(done: number, of: number): void },
): Promise<Target[] | null> {
  const { resolveOperands } = await import('../../engine/operands.ts');
  let named: Target[] | null = null;
  if (operands.length > 0) {
    const resolved = await resolveOperands(sessions, operands, io.stdin.read());
    resolved.remove();
    named = resolved.targets;
  }
  if (!selectorOptions.some(({ long }) => options.flag(long))) return named;
  const { selectTargets } = await import('../../engine/select-targets.ts');
  const selectors = readSelectors(options, io);
  // Of what is gone, nothing is known that a selector could ask for.
  const catalog = await sessions.catalog();
  const isGone = (target: Target) => target.kind === 'thread' && catalog.thread(target.threadId).length === 0;
  const selected = await selectTargets(named?.filter((target) => !isGone(target)) ?? null, {
    selectors: { ...selectors, archived: selectors.archived === 'only' ? 'only' : 'added' },
    ...{ isArchivedGiven: true, env: io.env, cwd: io.cwd, useIndex: true, now: io.clock.now(), signal: io.signal },
    ...looking,
  });
  return [...selected, ...(named?.filter(isGone) ?? [])];
}

/** The files of those sessions; of all when null. */
export async function entriesOf(catalog: Catalog, targets: Target[] | null) {
  const { threadOf } = await import('../../engine/thread-of.ts');
  const threadIds = targets ? targets.map((target) => threadOf(catalog, target)) : [...catalog.threadIds];
  return [...new Set(threadIds)].flatMap((threadId) => catalog.thread(threadId));
}
