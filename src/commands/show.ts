import { Failure, worstExit } from '../base/failure.ts';
import type { Io } from '../base/io.ts';
import { openPrinter, refuseRawOnTerminal } from '../ui/printer.ts';
import type { Command, Invocation } from './command.ts';
import { createProblemLog } from './frame/problem-log.ts';
import { kindOptions, outputOptions, printOptionsOf, rawOptions } from './options.ts';
import { printRaw } from './show/print-raw.ts';
import { printSession } from './show/print-session.ts';

export const show: Command = {
  spec: {
    name: 'show',
    group: 'look',
    summary: 'print a session: as a transcript, as events, or byte for byte',
    synopsis: ['[options] SESSION|FILE...', '[options] -'],
    description: [
      'On a terminal, shows a transcript: turns, messages, tool calls with their exit codes and times, changes of files. ' +
        'In a pipe, or with `--json`, writes one event a line, the same for every version of Codex; see sessions-events(5).',
      'SESSION is an id, the beginning of one that no other session shares, a name, or `@last` for the session with the ' +
        'newest record. An argument with a slash in it, or ending in `.jsonl` or `.jsonl.zst`, is a FILE and means that ' +
        'file alone, without the history that it inherits from another one. A single `-` reads standard input: ids or ' +
        'rows of `sessions ls` name the sessions to show; rollout lines or events are shown themselves.',
      'Everything recorded is shown. What was rolled back or reverted is marked `rolled_back`, what comes from the session ' +
        'that this one was forked from `inherited_from`. Lines that cannot be decoded come as events of type `Unknown`.',
    ],
    operands: [{ name: 'SESSION', min: 1, max: Number.POSITIVE_INFINITY, completes: 'session' }],
    options: [
      {
        long: 'turn',
        value: 'A..B',
        description:
          'Only turns A to B, counted from 1; also `3`, `3..`, `..5`. Turn 0 is what stands before the first.',
      },
      {
        long: 'type',
        value: 'TYPE',
        repeatable: true,
        description:
          'Only events of this type: `ResponseItem` or `response_item`. With `--raw`, only lines whose record has this type on disk, copied as they are. May be repeated; commas separate.',
      },
      ...kindOptions,
      {
        long: 'effective',
        description: 'Show what is in effect: without rolled-back turns, and with what a compaction replaced left out.',
      },
      {
        long: 'all',
        short: 'a',
        description:
          'In a transcript, show everything in full: reasoning, instructions, contexts and book-keeping too.',
      },
      {
        long: 'follow',
        short: 'f',
        description: 'Go on showing what is appended, also after the file was compressed, until interrupted.',
      },
      {
        long: 'lineage',
        description:
          'Show the family of the session instead: what it was forked from, up to the first, and everything that was forked ' +
          'from any of those or started by them. In a pipe one object a session, schema `lineage`.',
      },
      {
        long: 'tui',
        description:
          'Open the transcript of one session on the terminal: scroll, search, fold and unfold, jump from turn to turn. ' +
          'What is appended meanwhile is shown, too. With `--follow`, begin at the end, and stay there until scrolled.',
      },
      ...outputOptions,
      ...rawOptions,
    ],
    examples: [
      { run: 'sessions show @last', explains: 'Read the newest session.' },
      {
        run: `sessions show ID | jq 'select(.type == "ResponseItem" and .item.type == "tool_call")'`,
        explains: 'Every tool call of a session.',
      },
      {
        run: 'sessions show --raw --type response_item ID > items.jsonl',
        explains: 'The lines of one type, unchanged.',
      },
      {
        run: 'sessions ls -q --newer-than 1d | sessions show --json -',
        explains: 'The events of all sessions of the last day.',
      },
      { run: 'sessions show --tui @last', explains: 'Look around in it.' },
      { run: 'sessions show --lineage @last', explains: 'What it was forked from, and what was forked from it.' },
    ],
    exits: [
      { code: 0, when: 'Everything was shown. An unfinished last line is named on standard error.' },
      { code: 1, when: 'The file is not one that is read: a symbolic link, a device.' },
      { code: 2, when: 'Wrong usage, no such session, or trouble.' },
      {
        code: 3,
        when: 'Something could not be read or decoded, or a session refers to what is not there; everything else was shown.',
      },
      { code: 4, when: '`--raw` to a terminal without `--force`.' },
      { code: 141, when: 'The reader closed the pipe.' },
    ],
    seeAlso: [
      'sessions-ls(1)',
      'sessions-diff(1)',
      'sessions-validate(1)',
      'sessions-events(5)',
      'sessions-rollout(5)',
    ],
  },
  run: showSessions,
};

async function showSessions(invocation: Invocation, io: Io): Promise<number> {
  const { options } = invocation;
  if (options.flag('tui')) return (await import('./show/browse.ts')).browse(invocation, io);
  if (options.flag('lineage')) return (await import('./show/lineage.ts')).showLineage(invocation, io);
  const raw = options.flag('raw');
  const follow = options.flag('follow');
  if (raw && (follow || options.flag('effective'))) {
    throw new Failure('usage', '--raw copies the file: it goes with neither --follow nor --effective');
  }
  if (follow && options.flag('effective'))
    throw new Failure('usage', '--effective needs to know the end: it does not go with --follow');
  if (follow && invocation.operands.includes('-'))
    throw new Failure('usage', '--follow watches a file: it does not go with standard input');
  if (raw) refuseRawOnTerminal(io, options.flag('force'));

  const { parseEventFilter } = await import('../engine/event-filter.ts');
  const { openSessions } = await import('../engine/resolve-session.ts');
  const { resolveOperands } = await import('../engine/operands.ts');
  const filter = parseEventFilter({
    types: options.texts('type'),
    msgTypes: options.texts('msg-type'),
    itemTypes: options.texts('item-type'),
    turns: options.text('turn'),
  });
  const sessions = openSessions(io.env, io.cwd);
  const operands = await resolveOperands(sessions, invocation.operands, io.stdin.read());
  const problems = createProblemLog(io);
  const printer = await openPrinter(io, printOptionsOf(invocation));
  const view = { effective: options.flag('effective'), follow, filter };
  const print = raw
    ? printRaw(sessions, filter, printer, problems.report, io.signal)
    : printSession(sessions, view, { printer, report: problems.report, io, showAll: options.flag('all') });
  try {
    for (const target of operands.targets) await print(target);
  } finally {
    operands.remove();
    await printer.close();
  }
  await problems.print();
  return worstExit(problems.exit, 0);
}
