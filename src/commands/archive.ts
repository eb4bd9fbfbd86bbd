import { moveSessions } from './archive/move-sessions.ts';
import type { Command, ExitCase } from './command.ts';
import { outputOptions } from './options.ts';

export const moveExits: ExitCase[] = [
  { code: 0, when: 'Done, also for a session that was there already.' },
  { code: 2, when: 'Wrong usage, no such session, or trouble.' },
  {
    code: 4,
    when:
      'Refused: it cannot be known whether a session is open; Codex has a database of a version that is not known here; ' +
      'the file has no date in its name, or a file is in its place already.',
  },
  { code: 5, when: 'Somebody has the session, or one of its sub-agents, open. It was not moved; the others were.' },
];

/** What holds for both directions. */
export const moveDescription = [
  'The sub-agents that a session spawned move with it, as in Codex, and each session with all its files. Codex agrees ' +
    'afterwards: its database, where it has one, is told in the same step. Each file is in one of both places at any ' +
    'moment; after an interruption the same command does the rest.',
  'A session that is open in any program is not moved. The Codex of a home that takes no locks (before 0.149) shows ' +
    'by the files that it writes, which this user can see of his own processes only; there, a session is moved when it ' +
    'was left alone for 7 days.',
  'One object is written for each session in a pipe (schema `moved`). A path stands for the session that it belongs to.',
];

export const archive: Command = {
  spec: {
    name: 'archive',
    group: 'keep',
    summary: 'move sessions into the archive',
    synopsis: ['[options] SESSION...'],
    description: [
      'Moves sessions into `archived_sessions/` of the home: `ls` and Codex no longer list them unless they are asked to, ' +
        'and Codex does not continue one before it is brought back. Nothing of their content changes.',
      ...moveDescription,
    ],
    operands: [{ name: 'SESSION', min: 1, max: Number.POSITIVE_INFINITY, completes: 'session' }],
    options: outputOptions,
    examples: [
      { run: 'sessions archive @last', explains: 'Archive the newest session.' },
      { run: 'sessions ls --older-than 90d | sessions archive -', explains: 'Archive what is old.' },
    ],
    exits: moveExits,
    seeAlso: ['sessions-unarchive(1)', 'sessions-ls(1)'],
  },
  run: (invocation, io) => moveSessions(true, invocation, io),
};
