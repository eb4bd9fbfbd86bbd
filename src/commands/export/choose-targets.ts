import { Failure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { resolveOperands } from '../../engine/operands.ts';
import type { Report } from '../../engine/problem.ts';
import type { SessionResolver, Target } from '../../engine/resolve-session.ts';
import type { Invocation } from '../command.ts';
import { readSelectors } from '../frame/read-selectors.ts';
import { selectorOptions } from '../options.ts';

/**
 * The sessions that operands, standard input and selectors name.
 *
 * @param archived whether archived ones are among those that are selected only when asked for, or always
 */
export async function chooseTargets(
  sessions: SessionResolver,
  { operands, options }: Invocation,
  io: Io,
  report: Report,
  show: (text: string) => void,
  archived: 'asked' | 'always' = 'asked',
): Promise<Chosen> {
  const isSelecting = selectorOptions.some(({ long }) => options.has(long));
  if (operands.length === 0 && !isSelecting) {
    throw new Failure('usage', 'no session is named', {
      hint: 'name sessions, select them (--since 2026-11-01), or take all: sessions ls -q --archived | sessions export -',
    });
  }
  const named = operands.length === 0 ? null : await resolveOperands(sessions, operands, io.stdin.read());
  if (!isSelecting && named) return named;
  try {
    const { selectTargets } = await import('../../engine/select-targets.ts');
    const given = readSelectors(options, io);
    const isAdded = archived === 'always' && given.archived !== 'only';
    const targets = await selectTargets(named?.targets ?? null, {
      selectors: isAdded ? { ...given, archived: 'added' } : given,
      isArchivedGiven: archived === 'always' || options.flag('archived'),
      env: io.env,
      cwd: io.cwd,
      useIndex: !options.flag('no-index'),
      now: io.clock.now(),
      signal: io.signal,
      report,
      onProgress: (done, of) => show(`reading sessions: ${done} of ${of}`),
    });
    return { targets, remove: () => named?.remove() };
  } catch (error) {
    named?.remove();
    throw error;
  }
}

interface Chosen {
  targets: readonly Target[];
  remove(): void;
}

/** The same, where there must be some. @throws Failure `findings` where there are none */
export async function chooseSome(...given: Parameters<typeof chooseTargets>): Promise<Chosen> {
  const chosen = await chooseTargets(...given);
  if (chosen.targets.length > 0) return chosen;
  chosen.remove();
  throw noneLikeThis();
}

export function noneLikeThis(): Failure {
  return new Failure('findings', 'no session is like this');
}
