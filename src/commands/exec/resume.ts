import { resolve } from 'node:path';
import { Failure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import type { Command, Invocation } from '../command.ts';
import { aboutRuns, runExit, runSections } from './about-exec.ts';
import { findLast, findNamed } from './find-session.ts';
import { runOptions } from './options.ts';

export const execResume: Command = {
  spec: {
    name: 'exec resume',
    group: 'run',
    summary: 'let an agent go on in a session',
    synopsis: ['[options] SESSION [PROMPT|-]', '[options] --last [--all] [PROMPT|-]'],
    description: [
      'Goes on with a session, in its own file: with its history, the folder it worked in, its model, provider, policies and ' +
        'tools, as far as no option says otherwise. SESSION is an id, the beginning of one that no other session shares, or a ' +
        'name. A session of Codex can be resumed as well as one of our own.',
      ...aboutRuns,
    ],
    operands: [
      { name: 'SESSION', min: 0, max: 1, completes: 'session' },
      { name: 'PROMPT', min: 0, max: 1 },
    ],
    options: [
      { long: 'last', description: 'The session of this directory, or of that of `--cd`, that was updated last.' },
      { long: 'all', description: 'With `--last`: of every directory.' },
      ...runOptions,
    ],
    sections: runSections,
    examples: [
      { run: "sessions exec resume --last 'and now the tests'", explains: 'Go on where this directory was left.' },
      { run: "sessions exec resume 'fix the parser' 'try again'", explains: 'Resume by name.' },
    ],
    exits: [
      runExit.done,
      runExit.failed,
      { code: 2, when: 'Wrong usage, no such session, or trouble, such as a full disk.' },
      { code: 3, when: 'Done, but some of the history could not be read, so that the agent did not know it.' },
      runExit.refused,
      { code: 5, when: 'Another process has the session open. Nothing was changed.' },
      runExit.stopped,
    ],
    seeAlso: ['sessions-exec(1)', 'sessions-ls(1)', 'sessions-replay(1)', 'sessions-config(5)'],
  },
  async run(invocation, io) {
    const { runExec } = await import('./run-exec.ts');
    const { options, operands } = invocation;
    if (options.flag('all') && !options.flag('last')) throw new Failure('usage', '--all goes with --last');
    const isLast = options.flag('last');
    if (isLast && operands.length > 1) {
      throw new Failure('usage', `'${operands[1]}' is one argument too many`, {
        hint: '--last stands for the session',
      });
    }
    if (!isLast && operands.length === 0) {
      throw new Failure('usage', 'SESSION is missing', { hint: 'name one, or say --last' });
    }
    return runExec(invocation, io, {
      prompt: isLast ? operands[0] : operands[1],
      async thread(isEphemeral, sessions) {
        const threadId = isLast
          ? // Nothing is made of an index for a run that is to leave no trace.
            await findLast({ cwd: folderOf(invocation, io), includeExec: true, useIndex: !isEphemeral }, io)
          : await findNamed(operands[0] as string, sessions);
        return { kind: 'resumed', threadId, isEphemeral };
      },
    });
  },
};

/** Whose sessions are meant; undefined for every one. */
function folderOf({ options }: Invocation, io: Io): string | undefined {
  return options.flag('all') ? undefined : resolve(io.cwd, options.text('cd') ?? '.');
}
