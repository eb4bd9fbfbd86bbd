import { repairRules } from '../engine/repair/edit.ts';
import type { Command } from './command.ts';
import { outputOptions } from './options.ts';
import { repairSessions } from './repair/repair-sessions.ts';

export const repair: Command = {
  spec: {
    name: 'repair',
    group: 'keep',
    summary: 'make damaged sessions readable again',
    synopsis: ['[options] SESSION|FILE...', '[options] -'],
    description: [
      'Writes a new file without what makes a session unreadable, checks it, and puts it in the place of the damaged one. ' +
        'Nothing is repaired in place, and no byte is lost: the original goes to the trash as it is, and what is not in ' +
        'the new file lies beside it in a quarantine file, with its place. The bytes of the original are those that were kept and ' +
        'those in quarantine; what was added is counted apart. `sessions restore TX` brings the original back.',
      'Taken out: an unfinished last line, lines that are no JSON or no UTF-8, NUL bytes, what stands before or behind a whole ' +
        'record on its line, a byte order mark, bytes behind a compressed file. Put in: the line feed between or behind whole records; the ' +
        'result of a call whose turn was completed without it; a session_meta that is missing or incomplete, from the file name, the ' +
        "session and Codex's database, marked as made. Set right: ordinals that are missing or stand twice, and those behind " +
        'records that were taken out; an id that is not the one in the name; the ending of a file that is compressed or not. Of a ' +
        'compressed file that is cut short, the complete lines are kept.',
      'A call without a result in a turn that was not completed needs nothing: Codex answers it by itself when it resumes. A gap in the ' +
        'ordinals that no damaged line accounts for stays, because it tells that records were removed. What else `validate` finds is ' +
        'named and left as it is.',
      'A session is not touched while it may be open, while it is held, or when another one goes on from bytes that would change. ' +
        'What Codex has derived from the file for its own view is removed from its database, and made anew by it. A compressed ' +
        'session whose content changes is written plain.',
      'In a pipe, or with `--json`, one object is written for each change, for each finding that is left, and for each file (schema ' +
        '`repair`). With `-q`, only the ids of sessions that were repaired. A FILE has to lie in a home.',
    ],
    operands: [{ name: 'SESSION', min: 1, max: Number.POSITIVE_INFINITY, completes: 'session' }],
    options: [
      { long: 'dry-run', short: 'n', description: 'Say what would be done, and change nothing.' },
      ...outputOptions,
    ],
    sections: [
      {
        title: 'Rules',
        paragraphs: [
          'What is repaired, as `validate` calls it:',
          repairRules.join(', '),
          'The quarantine file is a sequence of spans: a line of JSON (schema `quarantine-span`) that says where the bytes stood and how many they ' +
            'are, then these bytes, then a line feed.',
        ],
      },
    ],
    examples: [
      {
        run: 'sessions repair --dry-run @last',
        explains: 'What is wrong with the newest session, and can be repaired?',
      },
      {
        run: 'sessions validate --severity error -q | sort -u | sessions repair -',
        explains: 'Repair whatever has errors.',
      },
    ],
    exits: [
      { code: 0, when: 'Done, or there is nothing to repair.' },
      { code: 1, when: 'Something is left that cannot be repaired.' },
      { code: 2, when: 'Wrong usage, no such session, or trouble. The file is as it was.' },
      { code: 3, when: 'Something is left that could not be read or is over a limit.' },
      {
        code: 4,
        when: 'Refused: a session is or may be open, is held, is of a kind that is not known, or another one goes on from it. The others were repaired.',
      },
      { code: 5, when: 'Another command changes what the home keeps, or somebody has the session open.' },
    ],
    seeAlso: ['sessions-validate(1)', 'sessions-restore(1)', 'sessions-fork(1)', 'sessions-hold-add(1)'],
  },
  run: repairSessions,
};
