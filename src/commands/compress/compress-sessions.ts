import { Failure, worstExit } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import type { Catalog } from '../../engine/catalog.ts';
import type { CompressRequest } from '../../engine/compress/compress-sessions.ts';
import { openPrinter } from '../../ui/printer.ts';
import { startProgress } from '../../ui/progress.ts';
import { shortSize } from '../../ui/short-size.ts';
import type { Invocation } from '../command.ts';
import { createProblemLog } from '../frame/problem-log.ts';
import { readSelectors } from '../frame/read-selectors.ts';
import { printOptionsOf } from '../options.ts';
import { exitOf, printCompressed } from './print-compressed.ts';
import { createTotals } from './totals.ts';

/** Compresses the sessions that were chosen, or takes them out of that form. */
export async function compressSessions(invocation: Invocation, io: Io): Promise<number> {
  const { options } = invocation;
  const form = readForm(invocation);
  const { compressSessions: compressAll } = await import('../../engine/compress/compress-sessions.ts');
  const { reportObstacles } = await import('../../engine/report-obstacles.ts');
  const { catalog, threadIds } = await findSessions(invocation, io);
  const problems = createProblemLog(io);
  // Who names sessions does not ask what else there is.
  if (threadIds === null) reportObstacles(catalog.obstacles, problems.report);
  const progress = startProgress(io);
  const kind = options.flag('decompress') ? 'decompress' : 'compress';
  const selectors = readSelectors(options, io);
  // An archived session that was named is meant.
  if (threadIds !== null && !options.flag('archived')) selectors.archived = 'added';
  const request: CompressRequest = {
    ...{ kind, form, selectors, threadIds },
    isAnew: options.flag('recompress'),
    isDryRun: options.flag('dry-run'),
    rule: ruleOf(invocation),
    clock: io.clock,
    now: io.clock.now(),
    signal: io.signal,
    onProgress: (done, of) => progress.show(`looking at sessions: ${done} of ${of}`),
    onBytes: (done, of) => progress.show(`${kind}ing: ${shortSize(done)} of ${shortSize(of)}`),
  };
  const printer = await openPrinter(io, { ...printOptionsOf(invocation), pager: false });
  const totals = createTotals(kind);
  let exit = 0;
  try {
    for await (const row of compressAll(catalog, request)) {
      totals.add(row);
      await printCompressed(row, printer);
      exit = worstExit(exit, exitOf(row, threadIds !== null));
    }
  } finally {
    await progress.stop();
    try {
      await printer.close();
    } finally {
      // Also of a run that ended early: what was done is to be undone by this.
      const isQuiet = printer.mode === 'ids';
      for (const line of totals.lines(isQuiet)) await io.stderr.write(`sessions: ${line}\n`);
    }
  }
  await problems.print();
  return worstExit(problems.exit, exit);
}

/** Nothing is compressed that nobody chose. */
async function findSessions(
  { operands, options }: Invocation,
  io: Io,
): Promise<{ catalog: Catalog; threadIds: string[] | null }> {
  const { openSessions } = await import('../../engine/resolve-session.ts');
  const sessions = openSessions(io.env, io.cwd);
  if (operands.length === 0) {
    if (choosing.some((long) => options.flag(long))) return { catalog: await sessions.catalog(), threadIds: null };
    throw new Failure('usage', 'no session is named, and nothing chooses any', {
      hint: 'sessions compress --older-than 7d',
    });
  }
  const { resolveOperands } = await import('../../engine/operands.ts');
  const { threadOf } = await import('../../engine/thread-of.ts');
  const { targets, remove } = await resolveOperands(sessions, operands, io.stdin.read());
  remove();
  const catalog = await sessions.catalog();
  return { catalog, threadIds: [...new Set(targets.map((target) => threadOf(catalog, target)))] };
}

function readForm({ options }: Invocation): { level: number; seekable: boolean } {
  const level = options.count('level') ?? 3;
  if (level < 1 || level > MOST) throw new Failure('usage', `--level: ${level} is not between 1 and ${MOST}`);
  const ofCompressing = ['level', 'seekable', 'recompress'].find((long) => options.flag(long));
  if (options.flag('decompress') && ofCompressing) {
    throw new Failure('usage', `--decompress and --${ofCompressing} exclude each other`);
  }
  return { level, seekable: options.flag('seekable') };
}

/** As it stands in the journal: the options, and how many sessions were named. */
function ruleOf({ operands, options }: Invocation): string {
  const given = recorded.flatMap((long) => {
    if (!options.flag(long)) return [];
    const value = options.text(long);
    return value === undefined ? [`--${long}`] : [`--${long}=${value}`];
  });
  return ['compress', ...given, ...(operands.length > 0 ? [`(${operands.length} named)`] : [])].join(' ');
}

const MOST = 22;
const choosing = [
  ...['here', 'cwd', 'older-than', 'newer-than', 'since', 'until', 'branch', 'model', 'source', 'name', 'archived'],
];
const recorded = ['decompress', 'level', 'seekable', 'recompress', ...choosing, 'limit', 'sort', 'reverse'];
