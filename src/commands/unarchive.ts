import { moveSessions } from './archive/move-sessions.ts';
import { moveDescription, moveExits } from './archive.ts';
import type { Command } from './command.ts';
import { outputOptions } from './options.ts';

export const unarchive: Command = {
  spec: {
    name: 'unarchive',
    group: 'keep',
    summary: 'bring sessions back from the archive',
    synopsis: ['[options] SESSION...'],
    description: [
      'Moves archived sessions back to the folder of the date in their name, below `sessions/` of the home, where Codex ' +
        'lists and continues them. Nothing of their content changes, nor when they count as updated.',
      ...moveDescription,
    ],
    operands: [{ name: 'SESSION', min: 1, max: Number.POSITIVE_INFINITY, completes: 'session' }],
    options: outputOptions,
    examples: [
      {
        run: 'sessions ls -q --archived=only --newer-than 7d | sessions unarchive -',
        explains: 'Bring back what was in use lately.',
      },
    ],
    exits: moveExits,
    seeAlso: ['sessions-archive(1)', 'sessions-ls(1)'],
  },
  run: (invocation, io) => moveSessions(false, invocation, io),
};
