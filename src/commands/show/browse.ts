import { Failure, worstExit } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { checkOpens, followed, openTarget } from '../../engine/open-target.ts';
import { readRecordedAtOnce } from '../../engine/recorded.ts';
import { openSessions } from '../../engine/resolve-session.ts';
import { threadOf } from '../../engine/thread-of.ts';
import { chooseColours } from '../../ui/colour.ts';
import type { Invocation } from '../command.ts';
import { createProblemLog } from '../frame/problem-log.ts';
import { loadTui } from '../run/load-tui.ts';
import { needTerminal, withScreen } from '../run/open-screen.ts';
import { createScreenPorts, noSettings } from '../run/screen-ports.ts';

/** Shows one session on a screen, to scroll and search in. Returns the exit code. */
export async function browse({ options, operands }: Invocation, io: Io): Promise<number> {
  const other = ['json', 'quiet', 'null', 'raw', 'effective', 'lineage'].find((long) => options.flag(long));
  if (other !== undefined) throw new Failure('usage', `--tui and --${other} exclude each other`);
  const [operand = '', another] = operands;
  if (another !== undefined || operand === '-') throw new Failure('usage', '--tui shows one session, which is named');
  needTerminal(io, 'without --tui it is printed');
  const loading = loadTui();
  loading.catch(() => {});
  const sessions = openSessions(io.env, io.cwd);
  const catalog = await sessions.catalog();
  const target = await sessions.resolve(operand);
  const threadId = threadOf(catalog, target);
  const title = (await sessions.names()).get(threadId) ?? threadId;
  const colours = await chooseColours(io, !options.flag('no-color'));
  const ports = createScreenPorts(catalog.home, noSettings, io);
  const problems = createProblemLog(io);
  const source = await openTarget(sessions, { kind: 'thread', threadId }, problems.report);
  await checkOpens(source);
  let reading = Promise.resolve();
  const follow: Follow = async function* (signal, { onTakenBack, onCaughtUp }) {
    let isOver = () => {};
    reading = new Promise((resolve) => {
      isOver = resolve;
    });
    try {
      const growing = followed(source, io.clock, AbortSignal.any([signal, io.signal]), onCaughtUp);
      yield* readRecordedAtOnce(growing, problems.report, onTakenBack);
    } finally {
      isOver();
    }
  };
  const tui = await loading;
  await withScreen(io, true, (screen) =>
    tui.browseSession({
      ...{ screen, ports, clock: io.clock, colours, signal: io.signal, threadId, title, follow },
      start: options.flag('follow') ? 'end' : 'begin',
    }),
  );
  // What is wrong with its end is known when that is over.
  await reading;
  await problems.print();
  return worstExit(problems.exit, 0);
}

type Follow = NonNullable<Parameters<Awaited<ReturnType<typeof loadTui>>['browseSession']>[0]['follow']>;
