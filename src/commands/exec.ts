import { resolve } from 'node:path';
import type { Command } from './command.ts';
import { aboutRuns, runExit, runSections } from './exec/about-exec.ts';
import { runOptions } from './exec/options.ts';

export const exec: Command = {
  spec: {
    name: 'exec',
    group: 'run',
    summary: 'let an agent do something, in a new session',
    synopsis: [
      '[options] [PROMPT|-]',
      'resume [options] [SESSION|--last] [PROMPT|-]',
      'fork [options] SESSION [PROMPT|-]',
    ],
    description: [
      'Runs an agent until it is done with PROMPT, and records the session in the home, where `sessions` and Codex find it.',
      ...aboutRuns,
    ],
    operands: [{ name: 'PROMPT', min: 0, max: 1 }],
    options: [
      ...runOptions,
      {
        long: 'tools',
        value: 'FILE',
        completes: 'file',
        description:
          'Bring tools along: a JSON or YAML list of `name`, `description`, `inputSchema` and `command`. They are recorded, and there again when the session is resumed.',
      },
    ],
    sections: runSections,
    examples: [
      { run: "sessions exec 'why do the tests fail?'", explains: 'Ask, and read the answer.' },
      {
        run: 'ID=$(sessions exec --print-id \'fix the parser\') && sessions show "$ID"',
        explains: 'Go on with the session in a script.',
      },
      { run: "git diff | sessions exec 'review this change'", explains: 'Bring something along.' },
      { run: "sessions exec --provider scripted 'show me around'", explains: 'A tour without a network.' },
    ],
    exits: [
      runExit.done,
      runExit.failed,
      { code: 2, when: 'Wrong usage, or trouble, such as a full disk.' },
      runExit.refused,
      { code: 5, when: 'Another process keeps the locks of the home for too long. Nothing was changed.' },
      runExit.stopped,
    ],
    seeAlso: ['sessions-exec-resume(1)', 'sessions-show(1)', 'sessions-events(5)', 'sessions-config(5)'],
  },
  async run(invocation, io) {
    const { runExec } = await import('./exec/run-exec.ts');
    const { operands, options } = invocation;
    const tools = options.text('tools');
    return runExec(invocation, io, {
      prompt: operands[0],
      async thread(isEphemeral) {
        if (tools === undefined) return { kind: 'new', isEphemeral, dynamicTools: [], toolsFile: null };
        const { readToolsFile } = await import('../runner/tools/dynamic/tools-file.ts');
        const toolsFile = resolve(io.cwd, tools);
        return { kind: 'new', isEphemeral, dynamicTools: await readToolsFile(toolsFile), toolsFile };
      },
    });
  },
};
