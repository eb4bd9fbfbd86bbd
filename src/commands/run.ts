import type { Command } from './command.ts';
import { runOptions } from './exec/options.ts';
import { aboutScreens, screenExits, screenSections } from './run/about-run.ts';
import { screenOptions } from './run/screen-options.ts';

export const run: Command = {
  spec: {
    name: 'run',
    group: 'run',
    summary: 'work with an agent, in a new session',
    synopsis: ['[options] [PROMPT]'],
    description: [
      'Opens a new session on the terminal and lets an agent work in it, turn by turn; PROMPT is what is said first. The session is ' +
        'recorded in the home, where `sessions` and Codex find it.',
      ...aboutScreens,
    ],
    operands: [{ name: 'PROMPT', min: 0, max: 1 }],
    options: [...screenOptions, ...runOptions.filter(({ long }) => long === 'name')],
    sections: screenSections,
    examples: [
      { run: 'sessions run', explains: 'Begin, and say what there is to do.' },
      { run: "sessions run --sandbox workspace-write 'make the tests pass'", explains: 'Let it change files here.' },
      { run: "sessions run --provider scripted 'show me around'", explains: 'A tour without a network.' },
    ],
    exits: screenExits,
    seeAlso: ['sessions-resume(1)', 'sessions-exec(1)', 'sessions-show(1)', 'sessions-config(5)'],
  },
  async run(invocation, io) {
    const { runScreen } = await import('./run/run-screen.ts');
    return runScreen(invocation, io, {
      prompt: invocation.operands[0],
      includeExec: false,
      all: false,
      start: async () => ({ kind: 'new' }),
    });
  },
};
