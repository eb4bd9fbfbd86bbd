import { worstExit } from '../base/failure.ts';
import type { Io } from '../base/io.ts';
import type { SessionResolver, Target } from '../engine/resolve-session.ts';
import type { StatsKey, StatsRow } from '../engine/stats/stats-row.ts';
import { openPrinter } from '../ui/printer.ts';
import { startProgress } from '../ui/progress.ts';
import type { Command, Invocation } from './command.ts';
import { createProblemLog } from './frame/problem-log.ts';
import { readSelectors } from './frame/read-selectors.ts';
import { outputOptions, printOptionsOf, selectorOptions } from './options.ts';
import { printStats } from './stats/print-stats.ts';

export const stats: Command = {
  spec: {
    name: 'stats',
    group: 'look',
    summary: 'count what sessions used: turns, tokens, tool calls, time',
    synopsis: ['[options] [SESSION|FILE]...', '[options] -'],
    description: [
      'Counts the turns, tokens, tool calls and durations of the sessions given, or of all sessions of the home that the ' +
        'selectors let through. On a terminal, prints a table; in a pipe, or with `--json`, one object a line (schema `stats`): ' +
        'the total, or with `--by` one for each group. The rows of a grouping add up to the total.',
      'Each session answers for what it recorded itself. What a fork inherited is counted with its parent only, whether ' +
        'it refers to the parent or holds a copy. Where a copy was made of a session that is not there any more, `inheritance` is ' +
        '`unknown` and the copy counts. Turns that were rolled back or reverted did use their tokens, and are counted.',
      'Tokens are counted where their count was recorded, by the model and on the day (UTC) of that moment. Files of Codex up ' +
        'to 0.29 record no tokens and no times.',
      'What was counted of each session is kept in the index (`state.db` in the home, see `sessions-index-status`(1)), so that the next ' +
        'run reads only the sessions that changed since; which ones did shows in the size and the time of their files. The ' +
        'output is the same with the index and without. Where there can be none, as in a home that cannot be written to, the ' +
        'files are read.',
    ],
    operands: [{ name: 'SESSION', min: 0, max: Number.POSITIVE_INFINITY, completes: 'session' }],
    options: [
      {
        long: 'by',
        value: 'KEY',
        values: ['day', 'model', 'cwd', 'branch', 'source', 'tool', 'session'],
        description: 'One row for each day, model, …; the one with the most tokens first, days in order.',
      },
      ...selectorOptions,
      { long: 'no-index', description: 'Read the files themselves and leave the index alone.' },
      ...outputOptions.map((option) =>
        option.long === 'quiet' ? { ...option, description: 'Write the keys of the groups only, one a line.' } : option,
      ),
    ],
    examples: [
      { run: 'sessions stats --here', explains: 'What was used in this directory.' },
      { run: 'sessions stats --by day --since 2026-11-01', explains: 'Day by day since the first of November.' },
      { run: 'sessions stats --by tool @last', explains: 'The tools of the newest session.' },
      {
        run: 'sessions stats --by session --json | jq -r "[.key, .tokens.total_tokens] | @tsv"',
        explains: 'Tokens of each session.',
      },
    ],
    exits: [
      { code: 0, when: 'Done, also when no session matches.' },
      { code: 2, when: 'Wrong usage, no such session, or trouble.' },
      { code: 3, when: 'Something could not be read or decoded; everything else was counted.' },
    ],
    seeAlso: ['sessions-ls(1)', 'sessions-show(1)', 'sessions-index-status(1)', 'sessions-schema(1)'],
  },
  run: countSessions,
};

async function countSessions(invocation: Invocation, io: Io): Promise<number> {
  const { options } = invocation;
  const { openSessions } = await import('../engine/resolve-session.ts');
  const { countUsage } = await import('../engine/stats/count-usage.ts');
  const by = options.word<StatsKey>('by') ?? null;
  const selectors = readSelectors(options, io);
  const sessions = openSessions(io.env, io.cwd);
  const operands = await readOperands(sessions, invocation, io);
  const problems = createProblemLog(io);
  const progress = startProgress(io);
  let rows: StatsRow[];
  try {
    rows = await countUsage(sessions, {
      by,
      targets: operands.targets,
      selectors,
      isArchivedGiven: options.flag('archived'),
      index: options.flag('no-index') ? null : { env: io.env, cwd: io.cwd },
      clock: io.clock,
      signal: io.signal,
      report: problems.report,
      onProgress: (done, of) => progress.show(`reading sessions: ${done} of ${of}`),
    });
  } finally {
    operands.remove();
    await progress.stop();
  }
  const printer = await openPrinter(io, printOptionsOf(invocation));
  try {
    if (printer.mode === 'human') await printStats(rows, by, printer);
    else for (const row of rows) await (printer.mode === 'json' ? printer.record(row) : printer.id(row.key ?? '-'));
  } finally {
    await printer.close();
  }
  await problems.print();
  return worstExit(problems.exit, 0);
}

/** Targets are null when none were given, which means all sessions. */
async function readOperands(
  sessions: SessionResolver,
  { operands }: Invocation,
  io: Io,
): Promise<{ targets: Target[] | null; remove(): void }> {
  if (operands.length === 0) return { targets: null, remove() {} };
  const { resolveOperands } = await import('../engine/operands.ts');
  return resolveOperands(sessions, operands, io.stdin.read());
}
