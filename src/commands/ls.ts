import { worstExit } from '../base/failure.ts';
import type { Io } from '../base/io.ts';
import { parseTime, relativeAge } from '../base/time.ts';
import type { ThreadRow } from '../model/thread-row.ts';
import { openPrinter, type Printer } from '../ui/printer.ts';
import { startProgress } from '../ui/progress.ts';
import type { Column } from '../ui/table.ts';
import type { Command, Invocation } from './command.ts';
import { createProblemLog } from './frame/problem-log.ts';
import { readSelectors } from './frame/read-selectors.ts';
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
    ],
    operands: [],
    options: [
      ...selectorOptions,
      { long: 'count', description: 'Print how many sessions match, and nothing else.' },
      { long: 'no-index', description: 'Read the files themselves and leave the index alone.' },
      ...outputOptions,
    ],
    examples: [
      { run: 'sessions ls --here', explains: 'What was done in this directory.' },
      {
        run: 'sessions ls --json | jq -r "select(.tokens_used > 1e6) | .thread_id"',
        explains: 'The ids of large sessions.',
      },
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
  const { listHome } = await import('../engine/listing/list-home.ts');
  const selectors = readSelectors(invocation.options, io);
  const problems = createProblemLog(io);
  const progress = startProgress(io);
  const printer = await openPrinter(io, printOptionsOf(invocation));
  try {
    const rows = listHome(io.env, io.cwd, selectors, {
      useIndex: !invocation.options.flag('no-index'),
      now: io.clock.now(),
      signal: io.signal,
      report: problems.report,
      onProgress: (done, of) => progress.show(`reading sessions: ${done} of ${of}`),
      beforeFullRefresh: () => printer.flush(),
    });
    if (invocation.options.flag('count')) await printCount(rows, printer);
    else await printRows(rows, printer, io.clock.now(), () => progress.stop());
  } finally {
    await progress.stop();
    await printer.close();
  }
  await problems.print();
  return worstExit(problems.exit, 0);
}

async function printCount(rows: AsyncIterable<ThreadRow>, printer: Printer): Promise<void> {
  let count = 0;
  for await (const _ of rows) count++;
  await (printer.mode === 'json' ? printer.record({ schema: 'sessions.count/1', count }) : printer.text(`${count}\n`));
}

async function printRows(
  rows: AsyncIterable<ThreadRow>,
  printer: Printer,
  now: number,
  onFirst: () => Promise<void>,
): Promise<void> {
  // Measuring text takes a while to load, and is needed on a terminal only.
  const table = printer.mode === 'human' ? await openTable(printer) : null;
  let isFirst = true;
  for await (const row of rows) {
    if (isFirst) {
      await onFirst();
      if (table) await printer.text(table.header());
    }
    isFirst = false;
    if (table) await printer.text(table.rows([cells(row, now)]));
    else await (printer.mode === 'json' ? printer.record(row) : printer.id(row.thread_id));
  }
  if (isFirst && table) await printer.text('no sessions\n');
}

async function openTable(printer: Printer) {
  const { createTable } = await import('../ui/table.ts');
  return createTable(columns, printer.columns, printer.colours);
}

const columns: Column[] = [
  { title: 'ID', width: 36 },
  { title: 'UPDATED', width: 10 },
  { title: 'TURNS', width: 5, align: 'right' },
  { title: 'TOKENS', width: 8, align: 'right' },
  { title: 'SIZE', width: 8, align: 'right' },
  { title: 'MARKS', width: 6 },
  { title: 'NAME OR FIRST MESSAGE', width: 'rest' },
];

function cells(row: ThreadRow, now: number): string[] {
  const updated = row.updated_at === null ? null : parseTime(row.updated_at);
  return [
    row.thread_id,
    updated === null ? '-' : relativeAge(updated, now),
    String(row.turns),
    row.tokens_used === null ? '-' : shortCount(row.tokens_used),
    shortSize(row.size_bytes),
    marks(row),
    row.name ?? row.first_message ?? '',
  ];
}

/** Live, archived, forked, sub-agent, damaged. */
function marks(row: ThreadRow): string {
  return [
    row.live ? 'L' : '',
    row.archived ? 'A' : '',
    row.forked_from_id ? 'F' : '',
    row.parent_thread_id ? 'S' : '',
    row.damage.length > 0 ? '!' : '',
  ].join('');
}

function shortCount(count: number): string {
  if (count < 10_000) return String(count);
  return count < 10_000_000 ? `${Math.round(count / 1000)}k` : `${Math.round(count / 1_000_000)}M`;
}

function shortSize(bytes: number): string {
  const units = ['B', 'K', 'M', 'G', 'T'];
  const power = Math.min(units.length - 1, Math.floor(Math.log(Math.max(1, bytes)) / Math.log(1024)));
  const value = bytes / 1024 ** power;
  return `${power > 0 && value < 10 ? value.toFixed(1) : Math.round(value)}${units[power]}`;
}
