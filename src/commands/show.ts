import { Failure, worstExit } from '../base/failure.ts';
import type { Io } from '../base/io.ts';
import type { Problem, Report } from '../engine/problem.ts';
import type { ThreadSource } from '../engine/read-thread.ts';
import type { Target } from '../engine/resolve-session.ts';
import { openPrinter, type Printer, refuseRawOnTerminal } from '../ui/printer.ts';
import type { Command, Invocation } from './command.ts';
import { createProblemLog } from './frame/problem-log.ts';
import { outputOptions, printOptionsOf, rawOptions } from './options.ts';

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
      { long: 'turn', value: 'A..B', description: 'Only turns A to B, counted from 1; also `3`, `3..`, `..5`. Turn 0 is what stands before the first.' },
      { long: 'type', value: 'TYPE', repeatable: true, description: 'Only events of this type: `ResponseItem` or `response_item`. With `--raw`, only lines whose record has this type on disk, copied as they are. May be repeated; commas separate.' },
      { long: 'msg-type', value: 'TYPE', repeatable: true, description: 'Only `EventMsg` events of this kind: `TokenCount` or `token_count`.' },
      { long: 'item-type', value: 'TYPE', repeatable: true, description: 'Only `ResponseItem` events of this kind, such as `tool_call`.' },
      { long: 'effective', description: 'Show what is in effect: without rolled-back turns, and with what a compaction replaced left out.' },
      { long: 'follow', short: 'f', description: 'Go on showing what is appended, also after the file was compressed, until interrupted.' },
      ...outputOptions,
      ...rawOptions,
    ],
    examples: [
      { run: 'sessions show @last', explains: 'Read the newest session.' },
      {
        run: `sessions show ID | jq 'select(.type == "ResponseItem" and .item.type == "tool_call")'`,
        explains: 'Every tool call of a session.',
      },
      { run: 'sessions show --raw --type response_item ID > items.jsonl', explains: 'The lines of one type, unchanged.' },
      { run: 'sessions ls -q --newer-than 1d | sessions show --json -', explains: 'The events of all sessions of the last day.' },
    ],
    exits: [
      { code: 0, when: 'Everything was shown. An unfinished last line is named on standard error.' },
      { code: 1, when: 'The file is not one that is read: a symbolic link, a device.' },
      { code: 2, when: 'Wrong usage, no such session, or trouble.' },
      { code: 3, when: 'Something could not be read or decoded; everything else was shown.' },
      { code: 4, when: '`--raw` to a terminal without `--force`.' },
      { code: 141, when: 'The reader closed the pipe.' },
    ],
    seeAlso: ['sessions-ls(1)', 'sessions-validate(1)', 'sessions-events(5)', 'sessions-rollout(5)'],
  },
  run: showSessions,
};

async function showSessions(invocation: Invocation, io: Io): Promise<number> {
  const { options } = invocation;
  const raw = options.flag('raw');
  const follow = options.flag('follow');
  if (raw && (follow || options.flag('effective'))) {
    throw new Failure('usage', '--raw copies the file: it goes with neither --follow nor --effective');
  }
  if (follow && options.flag('effective')) throw new Failure('usage', '--effective needs to know the end: it does not go with --follow');
  if (follow && invocation.operands.includes('-')) throw new Failure('usage', '--follow watches a file: it does not go with standard input');
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
  try {
    for (const target of operands.targets) {
      if (raw) await printRaw(sessions, target, filter, printer, problems.report);
      else {
        const view = { effective: options.flag('effective'), follow, filter };
        await printTarget(sessions, target, view, printer, problems.report, io);
      }
    }
  } finally {
    operands.remove();
    await printer.close();
  }
  await problems.print();
  return worstExit(problems.exit, 0);
}

type Sessions = ReturnType<typeof import('../engine/resolve-session.ts').openSessions>;
type View = import('../engine/show.ts').View;

async function printTarget(sessions: Sessions, target: Target, view: View, printer: Printer, report: Report, io: Io): Promise<void> {
  const { followed, openTarget } = await import('../engine/open-target.ts');
  const opened = await openTarget(sessions, target, report);
  const source = view.follow ? followed(opened, io.clock, io.signal) : opened;
  if (printer.mode === 'human') await printTranscript(source, view, printer, report);
  else await printEvents(source, view, printer, report);
}

async function printEvents(source: ThreadSource, view: View, printer: Printer, report: Report): Promise<void> {
  const { showEvents } = await import('../engine/show.ts');
  const { eventLine } = await import('../model/event-line.ts');
  let isFirst = true;
  for await (const events of showEvents(source, view, report)) {
    for (const event of events) {
      if (printer.mode === 'ids') {
        await printer.id(String(event.thread_id));
        return;
      }
      const waiting = printer.line(eventLine(event, isFirst));
      if (waiting) await waiting;
      isFirst = false;
    }
    if (view.follow) await printer.flush();
  }
}

async function printTranscript(source: ThreadSource, view: View, printer: Printer, report: Report): Promise<void> {
  const { showEvents } = await import('../engine/show.ts');
  const { createTranscript } = await import('../ui/transcript/transcript.ts');
  const transcript = createTranscript({ colours: printer.colours, columns: printer.columns, effective: view.effective });
  for await (const events of showEvents(source, view, report)) {
    for (const event of events) await printer.text(transcript.write(event));
    if (view.follow) await printer.flush();
  }
  await printer.text(transcript.end());
}

async function printRaw(
  sessions: Sessions,
  target: Target,
  filter: View['filter'],
  printer: Printer,
  report: (problem: Problem) => void,
): Promise<void> {
  const { rawPath } = await import('../engine/open-target.ts');
  const { readRaw } = await import('../engine/raw.ts');
  let writing: Promise<void> = Promise.resolve();
  for await (const chunk of readRaw(await rawPath(sessions, target), filter, report)) {
    // The next chunk is made while this one is written.
    await writing;
    writing = printer.bytes(chunk);
    writing.catch(() => {});
  }
  await writing;
}
