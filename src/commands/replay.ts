import { Failure, worstExit } from '../base/failure.ts';
import type { Io } from '../base/io.ts';
import type { Command, Invocation, OptionSpec } from './command.ts';
import { createProblemLog } from './frame/problem-log.ts';
import { outputOptions, printOptionsOf } from './options.ts';
import type { Subjects } from './replay/subjects.ts';

const replayOptions: OptionSpec[] = [
  { long: 'speed', value: 'X', description: 'Play X times as fast: `2`, `0.5`. 1 if not given.' },
  {
    long: 'idle-limit',
    value: 'S',
    description:
      'Cut recorded pauses to S, in seconds (`2`, `0.5`) or as a duration (`1m`); `none` keeps them all. If not given, 2 ' +
      'seconds on a terminal, else `none`.',
  },
  { long: 'no-wait', description: 'Never wait. On a terminal, the keys work nevertheless.' },
  { long: 'from', value: 'TURN', description: 'Begin with this turn; 0 is what stands before the first.' },
  { long: 'to', value: 'TURN', description: 'End with this turn.' },
  {
    long: 'no-tui',
    description:
      'On a terminal, print the transcript as it plays, where it stays, instead of showing it on a screen of its own.',
  },
  { long: 'paced', description: 'In a pipe or with `--json`, write each event at its time.' },
  {
    long: 'format',
    value: 'FORMAT',
    values: ['asciicast', 'asciicast-v2'],
    description:
      'Write an asciicast of version 3, or of version 2, which is all that asciinema before 3.0 can play. In colour, ' +
      'unless `--no-color` is given or NO_COLOR set.',
  },
  { long: 'cols', value: 'N', description: 'Columns of the asciicast, 20 to 10000; 80 if not given.' },
  { long: 'rows', value: 'N', description: 'Rows of the asciicast, 20 to 10000; 24 if not given.' },
];

export const replay: Command = {
  spec: {
    name: 'replay',
    group: 'look',
    summary: 'play a session in its own time, or print what it has come to',
    synopsis: [
      '[options] SESSION|FILE',
      '--format asciicast|asciicast-v2 [options] SESSION|FILE',
      '--state [options] SESSION|FILE',
    ],
    description: [
      'On a terminal, plays the session as it was seen, each part of its transcript at its time, in the view of `sessions show ' +
        '--tui`: it can be scrolled, searched and unfolded while it plays. At its end it stays. A pause of more than 2 seconds ' +
        'is cut to that; see `--idle-limit`. With `--no-tui`, where TERM is `dumb`, and where standard input is no terminal, ' +
        'the transcript that `sessions show` prints is printed instead, and the program ends with it. In a pipe, or with `--json`, writes the events that ' +
        '`sessions show` writes, all at once, or each at its time with `--paced`; see sessions-events(5).',
      'With `--format`, writes an asciicast of the transcript, for `asciinema play` and other players. Its times are those of the ' +
        'record, and its header asks the player to cut pauses at 2 seconds; with `--idle-limit` they are cut in the file. Each ' +
        'turn has a marker. Colours and ends of lines are all that acts on a terminal: control characters of the session are shown.',
      'With `--state`, prints one JSON object (schema `replay-state`): what an agent goes on from that resumes the session. ' +
        'Its `items` are what the next request to the model begins with, in order, after rollbacks and compactions and with ' +
        'everything inherited, as Codex itself sends them; beside them stand the settings that were last in effect, the ' +
        'token counts, the tools that the session brought along, its memory mode and its instructions.',
      'SESSION is an id, the beginning of one that no other session shares, a name, or `@last` for the session with the ' +
        'newest record. An argument with a slash in it, or ending in `.jsonl` or `.jsonl.zst`, is a FILE and means that ' +
        'file alone, without the history that it inherits from another one. A single `-` reads standard input: ids or ' +
        'rows of `sessions ls`, one session after the other; or the content of one session.',
      'In a state, `state` is `interrupted` when the last turn was cut off, else `idle`. `resumable` tells whether the session can be ' +
        'continued in its own file, and `reason` why not; every session can be forked. A call that never got its output ' +
        'has one that says `aborted`, as Codex adds it. Outputs are as recorded: how much of a long one a model is given is ' +
        'decided when it is sent.',
    ],
    operands: [{ name: 'SESSION', min: 1, max: 1, completes: 'session' }],
    options: [
      ...replayOptions,
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
    sections: [
      {
        title: 'Keys',
        paragraphs: [
          'While a session plays on a terminal. The other keys are those of `sessions show --tui`; `?` shows all of them.',
        ],
        entries: [
          { term: 'space', text: 'Pause, and go on.' },
          { term: '.', text: 'While paused, show what comes next.' },
          { term: 'right arrow', text: 'Show the rest of the turn at once, and go on with the next one.' },
          {
            term: 'left arrow',
            text: 'Play the turn from its beginning; within a second of its beginning, the turn before.',
          },
          { term: '+, -', text: 'Twice, half as fast. Not with `--no-tui`.' },
          {
            term: 'G, End',
            text: 'Follow what comes, after having scrolled back. Not with `--no-tui`.',
          },
          { term: 'q', text: 'Leave.' },
        ],
      },
    ],
    examples: [
      { run: 'sessions replay --speed 2 @last', explains: 'Watch the newest session, twice as fast.' },
      {
        run: 'sessions replay --format asciicast-v2 ID > session.cast && asciinema play session.cast',
        explains: 'Make a recording that others can watch.',
      },
      {
        run: 'sessions replay --paced --idle-limit 1 ID | jq -r .type',
        explains: 'Feed a program as if the session happened now.',
      },
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
      { code: 0, when: 'Done, or left with `q`. An unfinished last line is named on standard error.' },
      { code: 1, when: 'The file is not one that is read: a symbolic link, a device.' },
      { code: 2, when: 'Wrong usage, no such session or turn, or trouble.' },
      {
        code: 3,
        when: 'Something could not be read or decoded; everything else was shown, and is missing from a state.',
      },
      { code: 130, when: 'Left with Ctrl-C.' },
      { code: 141, when: 'The reader closed the pipe.' },
    ],
    seeAlso: ['sessions-show(1)', 'sessions-schema(1)', 'sessions-events(5)', 'sessions-rollout(5)', 'asciinema(1)'],
  },
  run: replaySessions,
};

async function replaySessions(invocation: Invocation, io: Io): Promise<number> {
  const { openSessions } = await import('../engine/resolve-session.ts');
  const { resolveOperands } = await import('../engine/operands.ts');
  const print = invocation.options.flag('state') ? await statePrint(invocation, io) : await replayPrint(invocation, io);
  const sessions = openSessions(io.env, io.cwd);
  const { targets, remove } = await resolveOperands(sessions, invocation.operands, io.stdin.read());
  const problems = createProblemLog(io);
  try {
    await print({ sessions, targets, problems });
  } finally {
    remove();
  }
  await problems.print();
  return worstExit(problems.exit, 0);
}

/** Everything wrong with the options is said before a session is looked for. */
type Print = (subjects: Subjects) => Promise<void>;

async function statePrint(invocation: Invocation, io: Io): Promise<Print> {
  for (const { long } of replayOptions) {
    if (invocation.options.flag(long)) throw new Failure('usage', `--state and --${long} do not go together`);
  }
  const { printStates } = await import('./replay/print-state.ts');
  return printStates(invocation, io);
}

async function replayPrint(invocation: Invocation, io: Io): Promise<Print> {
  const { readReplaySettings } = await import('./replay/read-settings.ts');
  const { printReplay } = await import('./replay/print-replay.ts');
  return printReplay(readReplaySettings(invocation), printOptionsOf(invocation), io);
}
