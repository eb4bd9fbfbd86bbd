import { resolve } from 'node:path';
import { Failure } from '../base/failure.ts';
import type { Command } from './command.ts';
import { aboutScreens, screenExits, screenSections } from './run/about-run.ts';
import { screenOptions } from './run/screen-options.ts';

export const resume: Command = {
  spec: {
    name: 'resume',
    group: 'run',
    summary: 'go on with a session that you choose',
    synopsis: ['[options] [SESSION [PROMPT]]', '[options] --last [PROMPT]'],
    description: [
      'Shows the sessions of this directory, the one updated last first, to choose one and go on with it: in its own file, with its ' +
        'history, model, provider, policies and tools, as far as no option says otherwise. A session of Codex can be resumed ' +
        'as well as one of our own. SESSION is an id, the beginning of one that no other session shares, or a name; PROMPT is ' +
        'what is said first.',
      'What you type searches in names, first messages, branches and ids. Enter resumes the session, Ctrl-F forks it, Ctrl-R names ' +
        'it, Ctrl-E archives it or brings it back, Ctrl-D moves it to the trash, unless `sessions prune` would not, and Alt-U takes ' +
        'either back. ? shows all keys. Ctrl-A shows the sessions of every directory, Ctrl-X the archived ones, Ctrl-O those of exec and of agents, Tab sorts by the time of creation.',
      'Where the session worked in another directory, you are asked which one to use; `--cd` says it.',
      ...aboutScreens,
    ],
    operands: [
      { name: 'SESSION', min: 0, max: 1, completes: 'session' },
      { name: 'PROMPT', min: 0, max: 1 },
    ],
    options: [
      {
        long: 'last',
        description: 'Resume the session of this directory, or of that of `--cd`, that was updated last.',
      },
      { long: 'all', description: 'Show the sessions of every directory; with `--last`, look at all of them.' },
      {
        long: 'include-non-interactive',
        description: 'Also sessions of `exec` and of agents, which nobody sat in front of.',
      },
      ...screenOptions,
    ],
    sections: screenSections,
    examples: [
      { run: 'sessions resume', explains: 'Choose.' },
      { run: 'sessions resume --last', explains: 'Go on where this directory was left.' },
      { run: "sessions resume 'fix the parser' 'and now the tests'", explains: 'By name, with something to do.' },
    ],
    exits: screenExits,
    seeAlso: ['sessions-run(1)', 'sessions-exec-resume(1)', 'sessions-ls(1)', 'sessions-fork(1)', 'sessions-prune(1)'],
  },
  async run(invocation, io) {
    const { options, operands } = invocation;
    const isLast = options.flag('last');
    if (isLast && operands.length > 1) {
      throw new Failure('usage', `'${operands[1]}' is one argument too many`, {
        hint: '--last stands for the session',
      });
    }
    const includeExec = options.flag('include-non-interactive');
    const { runScreen } = await import('./run/run-screen.ts');
    return runScreen(invocation, io, {
      prompt: isLast ? operands[0] : operands[1],
      includeExec,
      all: options.flag('all'),
      async start(sessions) {
        if (!isLast && operands.length === 0) return { kind: 'pick' };
        const { findLast, findNamed } = await import('./exec/find-session.ts');
        const cwd = options.flag('all') ? undefined : resolve(io.cwd, options.text('cd') ?? '.');
        const threadId = isLast
          ? await findLast({ cwd, includeExec, useIndex: true }, io)
          : await findNamed(operands[0] as string, sessions);
        return { kind: 'resumed', threadId };
      },
    });
  },
};
