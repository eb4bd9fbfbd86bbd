import type { Io } from '../../base/io.ts';
import type { Report } from '../../engine/problem.ts';
import type { SessionResolver, Target } from '../../engine/resolve-session.ts';
import type { Invocation } from '../command.ts';
import { chooseTargets } from '../export/choose-targets.ts';
import { selectorOptions } from '../options.ts';

/** What is searched: all, where nothing is named. Archived sessions hold secrets, too, and are left out only when others are asked for. */
export async function chooseScanned(
  sessions: SessionResolver,
  invocation: Invocation,
  io: Io,
  report: Report,
  show: (text: string) => void,
): Promise<{ targets: readonly Target[]; isHome: boolean; remove(): void }> {
  const { operands, options } = invocation;
  if (operands.length > 0 || selectorOptions.some(({ long }) => options.has(long))) {
    return { ...(await chooseTargets(sessions, invocation, io, report, show, 'always')), isHome: false };
  }
  const catalog = await sessions.catalog();
  for (const { rule, path, message } of catalog.obstacles) {
    report({ rule, weight: rule === 'UNREADABLE' ? 'lost' : 'note', file: path, line: null, offset: null, message });
  }
  const ids = [...catalog.threadIds].sort();
  return { targets: ids.map((threadId) => ({ kind: 'thread', threadId })), isHome: true, remove() {} };
}
