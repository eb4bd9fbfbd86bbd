import { Failure } from '../base/failure.ts';
import type { Io } from '../base/io.ts';
import { oneLine } from '../base/safe-text.ts';
import type { Command, CommandSpec } from './command.ts';
import { renderBashCompletion } from './frame/complete-bash.ts';
import { renderFishCompletion } from './frame/complete-fish.ts';
import { renderZshCompletion } from './frame/complete-zsh.ts';
import { suggest } from './frame/nearest.ts';

/** @param specs asked for when the command runs, because completion is itself one of them */
export function createCompletion(specs: () => readonly CommandSpec[]): Command {
  return {
    spec: {
      name: 'completion',
      group: 'other',
      summary: 'print the completion script for a shell',
      synopsis: ['bash|zsh|fish'],
      description: [
        'Prints a script that completes commands, options, their values, and the ids and names of sessions. The script ' +
          'asks the program that it completes for the sessions of the home.',
      ],
      operands: [{ name: 'SHELL', min: 1, max: 1, completes: 'shell' }],
      options: [],
      examples: [
        { run: 'source <(sessions completion bash)', explains: 'In ~/.bashrc.' },
        { run: 'source <(sessions completion zsh)', explains: 'In ~/.zshrc, after compinit.' },
        { run: 'sessions completion fish | source', explains: 'In ~/.config/fish/config.fish.' },
      ],
      exits: [
        { code: 0, when: 'The script was printed.' },
        { code: 2, when: 'There is no script for that shell.' },
      ],
      seeAlso: [],
    },
    async run({ operands: [word = ''] }, io) {
      await io.stdout.write(word === 'sessions' ? await listSessions(io) : render(word, specs()));
      return 0;
    },
  };
}

const scripts: Record<string, (specs: readonly CommandSpec[]) => string> = {
  bash: renderBashCompletion,
  zsh: renderZshCompletion,
  fish: renderFishCompletion,
};

function render(shell: string, specs: readonly CommandSpec[]): string {
  const script = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
  if (script) return script(specs);
  const hint = suggest(shell, Object.keys(scripts)) ?? `one of: ${Object.keys(scripts).join(', ')}`;
  throw new Failure('usage', `there is no completion for '${shell}'`, { hint });
}

/**
 * What the scripts read, newest first: the id, TAB, the name, a session a line. It is made from names of files and the list of
 * names alone, because a user waits for it. A name that a terminal cannot show as it is is left out.
 */
async function listSessions(io: Io): Promise<string> {
  const { openSessions } = await import('../engine/resolve-session.ts');
  const sessions = openSessions(io.env, io.cwd);
  const names = await sessions.names();
  const ids = [...(await sessions.catalog()).threadIds].sort().reverse();
  return ids.map((id) => `${id}\t${shown(names.get(id) ?? '')}\n`).join('');
}

function shown(name: string): string {
  return oneLine(name) === name ? name : '';
}
