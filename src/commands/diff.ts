import { exitCodes, Failure, worstExit } from '../base/failure.ts';
import type { Io } from '../base/io.ts';
import type { SessionResolver, Target } from '../engine/resolve-session.ts';
import { openPrinter } from '../ui/printer.ts';
import type { Command, Invocation } from './command.ts';
import { createProblemLog } from './frame/problem-log.ts';
import { outputOptions, printOptionsOf } from './options.ts';

export const diff: Command = {
  spec: {
    name: 'diff',
    group: 'look',
    summary: 'tell where two sessions part, and what each did after',
    synopsis: ['[options] SESSION|FILE SESSION|FILE', '[options] -'],
    description: [
      'Compares what two sessions recorded, from the first record on, for as long as both say the same: a session and its ' +
        'fork, two forks of one session, a fork of a fork, a session and a copy of its file. What each session says of ' +
        'itself does not count, nor do times, because Codex stamps a copy anew; nor does it matter whether a fork copied ' +
        'its history or refers to it, or whether a file is compressed.',
      'Then tells for each what came after: turns, tool calls and how they ended, files that were changed, tokens, time, how it ' +
        'ended and its last message. A report on a terminal; in a pipe one JSON object (schema `diff`).',
      'Everything recorded counts, rolled-back and reverted turns too. Where one session dropped turns, and then both go on ' +
        'alike, as with a fork that was made after a revert, these turns are passed over.',
      'SESSION is an id, the beginning of one that no other session shares, a name, or `@last`. An argument with a slash in it, ' +
        'or ending in `.jsonl` or `.jsonl.zst`, is a FILE and means that file alone, without the history that it inherits ' +
        'from another one. A `-` reads standard input: two ids or rows of `sessions ls`, or the content of one session.',
    ],
    operands: [{ name: 'SESSION', min: 1, max: 2, completes: 'session' }],
    options: [
      { long: 'turns', description: 'Also show each turn after the parting: what was asked, and what was answered.' },
      ...outputOptions.filter(({ long }) => long !== 'quiet' && long !== 'null'),
      {
        long: 'quiet',
        short: 'q',
        description: 'Print nothing, and read no further than to where they part: the exit code tells.',
      },
    ],
    examples: [
      { run: 'sessions diff ID FORK', explains: 'What each did after the fork.' },
      { run: 'sessions diff --turns ID FORK', explains: 'The same, turn by turn.' },
      { run: `sessions diff ID FORK | jq '.b.files[].path'`, explains: 'The files that the fork changed.' },
    ],
    exits: [
      { code: 0, when: 'Both have the same history.' },
      { code: 1, when: 'They differ.' },
      { code: 2, when: 'Wrong usage, no such session, or trouble.' },
      { code: 3, when: 'Something could not be read or decoded; the rest was compared.' },
    ],
    seeAlso: ['sessions-show(1)', 'sessions-ls(1)', 'sessions-stats(1)'],
  },
  run: diffSessions,
};

async function diffSessions(invocation: Invocation, io: Io): Promise<number> {
  const { options } = invocation;
  const { openSessions } = await import('../engine/resolve-session.ts');
  const { compareSessions } = await import('../engine/diff/compare-sessions.ts');
  const sessions = openSessions(io.env, io.cwd);
  const { pair, remove } = await resolvePair(sessions, invocation.operands, io);
  const problems = createProblemLog(io);
  const printer = await openPrinter(io, printOptionsOf(invocation));
  let isSame = false;
  try {
    const brief = printer.mode === 'ids';
    const turns = options.flag('turns');
    const found = await compareSessions(sessions, pair, { report: problems.report, signal: io.signal, turns, brief });
    isSame = found.verdict === 'same';
    if (printer.mode === 'json') await printer.record(found);
    else if (!brief) await (await import('./diff/print-diff.ts')).printDiff(found, printer, io.clock.now());
  } catch (error) {
    // What is no file to read is no difference either.
    if (error instanceof Failure && error.exit === exitCodes.findings)
      throw new Failure('trouble', error.message, { ...error.place, cause: error });
    throw error;
  } finally {
    remove();
    await printer.close();
  }
  await problems.print();
  return worstExit(problems.exit, isSame ? 0 : exitCodes.findings);
}

/** One by one, because a session may well be compared with itself. */
async function resolvePair(
  sessions: SessionResolver,
  operands: readonly string[],
  io: Io,
): Promise<{ pair: readonly [Target, Target]; remove(): void }> {
  const { resolveOperands } = await import('../engine/operands.ts');
  if (operands.filter((operand) => operand === '-').length > 1)
    throw new Failure('usage', 'standard input can be read once');
  const resolved: Awaited<ReturnType<typeof resolveOperands>>[] = [];
  // Content of standard input lies in a file that has to be removed, so what may fail comes first.
  const order = [...operands.keys()].sort((x, y) => Number(operands[x] === '-') - Number(operands[y] === '-'));
  for (const place of order)
    resolved[place] = await resolveOperands(sessions, [operands[place] as string], io.stdin.read());
  const [first, second, ...more] = resolved.flatMap(({ targets }) => targets);
  const remove = () => {
    for (const each of resolved) each.remove();
  };
  if (first && second && more.length === 0) return { pair: [first, second], remove };
  remove();
  throw new Failure('usage', 'diff compares two sessions', { hint: 'sessions diff SESSION SESSION' });
}
