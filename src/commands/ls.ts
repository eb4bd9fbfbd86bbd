import { worstExit } from '../base/failure.ts';
import type { Io } from '../base/io.ts';
import type { Branch } from '../engine/listing/arrange-tree.ts';
import type { ThreadRow } from '../model/thread-row.ts';
import { openPrinter } from '../ui/printer.ts';
import { startProgress } from '../ui/progress.ts';
import type { Command, Invocation } from './command.ts';
import { printCount } from './frame/print-count.ts';
import { createProblemLog } from './frame/problem-log.ts';
import { readSelectors } from './frame/read-selectors.ts';
import { printRows } from './ls/print-rows.ts';
import { outputOptions, printOptionsOf, selectorOptions } from './options.ts';

export const ls: Command = {
  spec: {
    name: 'ls',
    group: 'look',
    summary: 'list the sessions of the home',
    synopsis: ['[options]'],
    description: [
      'Lists the sessions of `$CODEX_HOME` (`~/.codex` when it is not set), the one updated last first: a table on a ' +
        'terminal, one object a line in a pipe (schema `thread`). Sessions of sub-agents and of `codex exec` are among ' +
        'them. Archived ones are listed only with `--archived`.',
      'A session counts as updated when its last record was written. `--older-than` and `--newer-than` go by the later of ' +
        'that and the time of its file; `--since` and `--until` by the record alone.',
      'On a terminal, MARKS says what a session is: `L` a process has it open, `A` archived, `F` a fork, `S` of a sub-agent, `!` ' +
        'something in its files is damaged (`sessions validate` says what).',
      'With `--tree`, forks and sub-agents follow the session that they come from, where that one is listed too; in a pipe the ' +
        'rows are the same in that order.',
    ],
    operands: [],
    options: [
      ...selectorOptions,
      { long: 'count', short: 'c', description: 'Print how many sessions match, and nothing else.' },
      { long: 'tree', description: 'Put forks and sub-agents below the session that they come from.' },
      { long: 'no-index', description: 'Read the files themselves and leave the index alone.' },
      ...outputOptions,
    ],
    examples: [
      { run: 'sessions ls --here', explains: 'What was done in this directory.' },
      {
        run: 'sessions ls --json | jq -r "select(.tokens_used > 1e6) | .thread_id"',
        explains: 'The ids of large sessions.',
      },
      { run: 'sessions ls --tree --here', explains: 'What was forked from what, and which agents were started.' },
      { run: 'sessions ls -q --older-than 30d --archived=only', explains: 'Old archived sessions, ids only.' },
    ],
    exits: [
      { code: 0, when: 'Done, also when no session matches.' },
      { code: 2, when: 'Wrong usage, or there is no home.' },
      { code: 3, when: 'A folder could not be read; the rest is listed.' },
    ],
    seeAlso: ['sessions-show(1)', 'sessions-validate(1)'],
  },
  run: listSessions,
};

async function listSessions(invocation: Invocation, io: Io): Promise<number> {
  const { options } = invocation;
  const { countHome, homeOf, listHome } = await import('../engine/listing/list-home.ts');
  const selectors = readSelectors(options, io);
  const home = homeOf(io.env, io.cwd);
  const problems = createProblemLog(io);
  const progress = startProgress(io);
  const printer = await openPrinter(io, printOptionsOf(invocation));
  try {
    const listing = {
      useIndex: !options.flag('no-index'),
      now: io.clock.now(),
      signal: io.signal,
      report: problems.report,
      isForPeople: printer.mode === 'human' && !options.flag('tree'),
      onProgress: (done: number, of: number) => progress.show(`reading sessions: ${done} of ${of}`),
      beforeFullRefresh: () => printer.flush(),
    };
    if (options.flag('count')) await printCount(await countHome(home, selectors, listing), printer);
    else {
      const rows = listHome(home, selectors, listing);
      const branches = options.flag('tree') ? treeOf(rows) : flat(rows);
      await printRows(branches, printer, listing.now, () => progress.stop());
    }
  } finally {
    await progress.stop();
    await printer.close();
  }
  await problems.print();
  return worstExit(problems.exit, 0);
}

async function* flat(rows: AsyncIterable<ThreadRow>): AsyncGenerator<Branch> {
  for await (const row of rows) yield { row, above: [], hasNext: false, isRoot: true };
}

async function* treeOf(rows: AsyncIterable<ThreadRow>): AsyncGenerator<Branch> {
  const { arrangeTree } = await import('../engine/listing/arrange-tree.ts');
  const all: ThreadRow[] = [];
  for await (const row of rows) all.push(row);
  yield* arrangeTree(all);
}
