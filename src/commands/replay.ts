import { Failure, worstExit } from '../base/failure.ts';
import { escapeJsonForTerminal } from '../base/safe-text.ts';
import { openPrinter, type Printer } from '../ui/printer.ts';
import type { Command } from './command.ts';
import { createProblemLog } from './frame/problem-log.ts';
import { outputOptions, printOptionsOf } from './options.ts';

export const replay: Command = {
  spec: {
    name: 'replay',
    group: 'look',
    summary: 'print what a session has come to, at its end or at any turn',
    synopsis: ['--state [options] SESSION|FILE'],
    description: [
      'With `--state`, prints one JSON object (schema `replay-state`): what an agent goes on from that resumes the session. ' +
        'Its `items` are what the next request to the model begins with, in order, after rollbacks and compactions and with ' +
        'everything inherited, as Codex itself sends them; beside them stand the settings that were last in effect, the ' +
        'token counts, the tools that the session brought along, its memory mode and its instructions.',
      'SESSION is an id, the beginning of one that no other session shares, a name, or `@last` for the session with the ' +
        'newest record. An argument with a slash in it, or ending in `.jsonl` or `.jsonl.zst`, is a FILE and means that ' +
        'file alone, without the history that it inherits from another one. A single `-` reads standard input: ids or ' +
        'rows of `sessions ls`, one object for each; or the content of one session.',
      '`state` is `interrupted` when the last turn was cut off, else `idle`. `resumable` tells whether the session can be ' +
        'continued in its own file, and `reason` why not; every session can be forked. A call that never got its output ' +
        'has one that says `aborted`, as Codex adds it. Outputs are as recorded: how much of a long one a model is given is ' +
        'decided when it is sent.',
    ],
    operands: [{ name: 'SESSION', min: 1, max: 1, completes: 'session' }],
    options: [
      { long: 'state', description: 'Print the state as JSON.' },
      {
        long: 'at',
        value: 'N',
        description:
          'The state at the end of turn N, counted from 1 as `sessions show` counts them, before anything that came later: ' +
          'what was rolled back or reverted after that turn is still there.',
      },
      ...outputOptions,
    ],
    examples: [
      {
        run: 'sessions replay --state @last | jq .settings',
        explains: 'How the newest session would go on.',
      },
      {
        run: `sessions replay --state --at 3 ID | jq '.items[] | select(.role == "user")'`,
        explains: 'What the model knew of the user after the third turn.',
      },
    ],
    exits: [
      { code: 0, when: 'Done. An unfinished last line is named on standard error.' },
      { code: 1, when: 'The file is not one that is read: a symbolic link, a device.' },
      { code: 2, when: 'Wrong usage, no such session or turn, or trouble.' },
      { code: 3, when: 'Something could not be read or decoded, and is missing from the state.' },
    ],
    seeAlso: ['sessions-show(1)', 'sessions-schema(1)', 'sessions-rollout(5)'],
  },
  async run(invocation, io) {
    const { options, operands } = invocation;
    if (!options.flag('state'))
      throw new Failure('usage', 'replay needs --state', { hint: 'see sessions replay --help' });
    const at = readTurn(options.text('at'));
    const { openSessions } = await import('../engine/resolve-session.ts');
    const { resolveOperands } = await import('../engine/operands.ts');
    const { reconstructTarget } = await import('../engine/reconstruct.ts');
    const { replayStateText } = await import('../engine/reconstruct/replay-state.ts');
    const sessions = openSessions(io.env, io.cwd);
    const { targets, remove } = await resolveOperands(sessions, operands, io.stdin.read());
    const problems = createProblemLog(io);
    const printer = await openPrinter(io, printOptionsOf(invocation));
    const end = options.flag('null') ? '\0' : '\n';
    try {
      for (const target of targets) {
        const history = await reconstructTarget(sessions, target, { at, report: problems.report });
        io.signal.throwIfAborted();
        if (printer.mode === 'ids') await printer.id(history.threadId);
        else await printJson(printer, replayStateText(history, at ?? null), end, io.stdout.isTTY);
      }
    } finally {
      remove();
      await printer.close();
    }
    await problems.print();
    return worstExit(problems.exit, 0);
  },
};

async function printJson(printer: Printer, pieces: Iterable<string>, end: string, isTTY: boolean): Promise<void> {
  for (const piece of pieces) await printer.text(isTTY ? escapeJsonForTerminal(piece) : piece);
  await printer.text(end);
}

function readTurn(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new Failure('usage', `'${text}' is no turn`, { hint: '--at takes a number from 1 on' });
}
