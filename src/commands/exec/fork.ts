import { Failure, worstExit } from '../../base/failure.ts';
import { warn } from '../../base/warn.ts';
import type { Command } from '../command.ts';
import { forkAsAsked, forkExits, forkOptions } from '../fork/fork-options.ts';
import { createProblemLog } from '../frame/problem-log.ts';
import { aboutRuns, runExit, runSections } from './about-exec.ts';
import { runOptions } from './options.ts';

export const execFork: Command = {
  spec: {
    name: 'exec fork',
    group: 'run',
    summary: 'let an agent go on from a point in a session, in a fork',
    synopsis: ['[options] SESSION [PROMPT|-]'],
    description: [
      'Forks SESSION as `sessions fork` does, and goes on in the fork as `sessions exec resume` does. SESSION itself is not ' +
        'touched, and may be open in any program.',
      'When the agent cannot begin, the fork is there all the same; its id is named on standard error.',
      ...aboutRuns,
    ],
    operands: [
      { name: 'SESSION', min: 1, max: 1, completes: 'session' },
      { name: 'PROMPT', min: 0, max: 1 },
    ],
    // A fork that leaves no trace would be none.
    options: [...forkOptions, ...runOptions.filter(({ long }) => long !== 'ephemeral')],
    sections: runSections,
    examples: [
      { run: "sessions exec fork --at 3 ID 'try the other way'", explains: 'Go on from the third turn.' },
      { run: "sessions exec fork --before 'add tests' @last 'no tests'", explains: 'Say something else.' },
    ],
    exits: [
      runExit.done,
      runExit.failed,
      ...forkExits.filter(({ code }) => code === 2 || code === 3),
      runExit.refused,
      runExit.stopped,
    ],
    seeAlso: ['sessions-fork(1)', 'sessions-exec-resume(1)', 'sessions-exec(1)', 'sessions-config(5)'],
  },
  async run(invocation, io) {
    const { runExec } = await import('./run-exec.ts');
    const { threadOf } = await import('../../engine/thread-of.ts');
    const { operands } = invocation;
    const [operand = '', prompt] = operands;
    if (operand === '-') throw new Failure('usage', 'a session to fork is named, it does not come over standard input');
    // Said before there is a fork.
    if (prompt === undefined && io.stdin.isTTY) {
      throw new Failure('usage', 'there is nothing to do', {
        hint: 'give it as an argument, or pipe it into standard input',
      });
    }
    const problems = createProblemLog(io);
    let forkId: string | null = null;
    try {
      const exit = await runExec(invocation, io, {
        prompt,
        async thread(_, sessions) {
          const target = await sessions.resolve(operand);
          const catalog = await sessions.catalog();
          const asked = { cwd: undefined, report: problems.report };
          const forked = await forkAsAsked(catalog, threadOf(catalog, target), invocation, io, asked);
          forkId = forked.threadId;
          return { kind: 'resumed', threadId: forked.threadId, isEphemeral: false };
        },
      });
      await problems.print();
      return worstExit(problems.exit, exit);
    } catch (error) {
      await problems.print();
      if (forkId !== null) await warn(io, `the fork was made: ${forkId}`);
      throw error;
    }
  },
};
