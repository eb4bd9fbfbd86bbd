import type { Command } from '../command.ts';
import { outputOptions } from '../options.ts';
import { aboutHolds } from './about-hold.ts';
import { changeHolds, readText } from './change-holds.ts';

export const holdRelease: Command = {
  spec: {
    name: 'hold release',
    group: 'keep',
    summary: 'end a legal hold',
    synopsis: ['[options] --reason TEXT HOLD'],
    description: [
      'Ends a hold. HOLD is its id, or the beginning of it. Nothing that was recorded of it is removed. What another hold covers ' +
        'stays held. Prints what was added to the record (schema `hold`).',
      ...aboutHolds,
    ],
    operands: [{ name: 'HOLD', min: 1, max: 1 }],
    options: [
      { long: 'reason', value: 'TEXT', description: 'Why the hold has ended. Required.' },
      { long: 'who', value: 'TEXT', description: 'Who asked for it; `user@host` if not given.' },
      ...outputOptions,
    ],
    examples: [{ run: "sessions hold release --reason 'case closed' 01a203d8", explains: 'End a hold.' }],
    exits: [
      { code: 0, when: 'The hold has ended.' },
      { code: 2, when: 'Wrong usage, no such hold, one that has ended before, or trouble.' },
      {
        code: 3,
        when: 'The hold has ended, but some sessions could not be looked at, so not all that others cover was noted.',
      },
      { code: 4, when: 'The holds that there are, or the journal, are damaged. Nothing was changed.' },
      { code: 5, when: 'Another command is changing what the home keeps. Nothing was changed.' },
    ],
    seeAlso: ['sessions-hold-add(1)', 'sessions-hold-ls(1)'],
  },
  async run(invocation, io) {
    const { releaseHold } = await import('../../engine/holds/change-holds.ts');
    const reason = readText(invocation, 'reason');
    const who = invocation.options.flag('who') ? readText(invocation, 'who') : null;
    const [hold = ''] = invocation.operands;
    return changeHolds(invocation, io, async (sessions, context) => {
      return releaseHold(await sessions.catalog(), hold, { reason, who }, context);
    });
  },
};
