import { Failure } from '../base/failure.ts';
import type { Command } from './command.ts';
import { outputOptions } from './options.ts';

export const restore: Command = {
  spec: {
    name: 'restore',
    group: 'keep',
    summary: 'bring back what was pruned, or replaced',
    synopsis: ['[options] SESSION|TX...', '[options] --all', '[options] --list'],
    description: [
      'Brings sessions back from the trash to where they were. With a session comes what it needs: the sessions that its history ' +
        'goes through, and the sub-agents and the parent that were removed together with it. The same files come back, with ' +
        'their times and modes, once their checksums were found to be those that were noted when they were removed. Names and ' +
        'everything else that Codex knows of them stayed where it was.',
      'TX is a transaction, as `prune`, `compress` and `repair` name it: all that it moved comes back. For what `compress` ' +
        'or `repair` has replaced, that means that the original takes its place again, and what was made of it goes to the ' +
        'trash; that is refused when the session was continued since or is held, or when another one goes on from it as it is ' +
        'now. A session by its id, the beginning of it or its name means what was removed of it; naming it again changes nothing.',
      'Nothing is ever replaced by a restore: where there is a file already, the session stays in the trash. So does one that is ' +
        'damaged there. What lies in the trash can be restored until `sessions prune` purges it, by default 14 days after it was removed. ' +
        'The next `prune` by the same rule removes it again; `sessions hold add` keeps it.',
      'One object is written for each session in a pipe (schema `restored`; with `--list`: `trash-row`).',
    ],
    operands: [{ name: 'SESSION|TX', min: 0, max: Number.POSITIVE_INFINITY }],
    options: [
      { long: 'all', description: 'Every session that was removed.' },
      { long: 'list', description: 'List what is in the trash, oldest first. Nothing is written.' },
      ...outputOptions,
    ],
    examples: [
      { run: 'sessions restore --list', explains: 'What can be brought back, and until when.' },
      { run: 'sessions restore 01a203d8', explains: 'Bring one session back, with what it needs.' },
      { run: 'sessions restore --all', explains: 'Undo every prune.' },
    ],
    exits: [
      { code: 0, when: 'All that was named is there, also when it was there already; the list was written.' },
      {
        code: 1,
        when: 'Something was purged, or is not what it was when it was removed. It stays in the trash; the rest came back.',
      },
      { code: 2, when: 'Wrong usage, nothing of that id or name, or trouble.' },
      {
        code: 4,
        when:
          'Refused: a file is in the place already; or what has replaced an original was continued since, is held, or is needed ' +
          'by another session. The journal is damaged.',
      },
      { code: 5, when: 'Somebody has a session open, or another command is changing what the home keeps.' },
    ],
    seeAlso: ['sessions-prune(1)', 'sessions-compress(1)', 'sessions-repair(1)', 'sessions-hold-add(1)'],
  },
  async run(invocation, io) {
    const { operands, options } = invocation;
    const ways = [operands.length > 0, options.flag('all'), options.flag('list')].filter(Boolean).length;
    if (ways !== 1) {
      throw new Failure('usage', 'restore takes SESSION|TX..., or --all, or --list', {
        hint: 'sessions restore --list shows what there is',
      });
    }
    if (options.flag('list')) return (await import('./restore/print-trash.ts')).printTrash(invocation, io);
    return (await import('./restore/bring-back.ts')).bringBack(invocation, io);
  },
};
