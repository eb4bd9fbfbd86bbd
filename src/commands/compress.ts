import type { Command } from './command.ts';
import { compressSessions } from './compress/compress-sessions.ts';
import { outputOptions, selectorOptions } from './options.ts';

export const compress: Command = {
  spec: {
    name: 'compress',
    group: 'keep',
    summary: 'compress sessions, or take them out of the compressed form',
    synopsis: ['[options] SESSION...', '[options] [SELECTOR]...', '--decompress [options] SESSION|SELECTOR...'],
    description: [
      'Puts `.jsonl.zst` files (zstd) in the place of the plain files of the sessions that are named, or that the selectors ' +
        'let through. Without either, nothing is chosen. `show`, `ls` and all other commands read both forms, and so does ' +
        'Codex since 0.142; one up to 0.120 does not find the sessions of which it meets the compressed form, and reads ' +
        'them again after `--decompress`. Content, mode and time of the files stay as they are, and forks that refer to a ' +
        'session do not notice.',
      'What was made is read back and compared with the original, by their SHA-256, before the original goes to the trash. ' +
        'There it takes up its space until it is purged, 14 days later; `sessions restore` brings it back. After an ' +
        'interruption at any moment readers find one of both forms, whole, and the next run does the rest.',
      'A session that is open in any program, or may be, one that was touched within the last hour and one that is held is left ' +
        'as it is, and so is one whose files are not as they are to be: a compressed file of other content beside the ' +
        'plain one, a second hard link, damage. Each that was chosen and left has its reasons in the output.',
      'One object is written for each session in a pipe (schema `compressed`); what was saved, and how to undo it, is said on ' +
        'standard error. With `-q` nothing is said when nothing was done. A path stands for the session that it belongs to.',
    ],
    operands: [{ name: 'SESSION', min: 0, max: Number.POSITIVE_INFINITY, completes: 'session' }],
    options: [
      { long: 'decompress', description: 'The other way round: plain files in the place of compressed ones.' },
      {
        long: 'level',
        value: 'N',
        description:
          'How hard to compress: 1 (quick) to 22; 3 if not given. Up to 19 it takes less than 256 MiB of memory; 20 takes up ' +
          'to 0.5 GB, 21 up to 1 GB and 22 up to 2 GB, for large sessions. What reads the result needs 128 MiB at most.',
      },
      {
        long: 'seekable',
        description:
          'Many frames of about 1 MiB that end where a line ends, with a seek table (zstd seekable format), so that a program ' +
          'can begin anywhere. The file becomes a little larger. All that read zstd read it.',
      },
      {
        long: 'recompress',
        description:
          'Compress what is compressed already once more, at this level and in this form. It goes to the trash, too.',
      },
      { long: 'dry-run', short: 'n', description: 'Say what would be done, and change nothing.' },
      ...selectorOptions,
      ...outputOptions,
    ],
    examples: [
      {
        run: 'sessions compress --older-than 7d',
        explains: 'Compress what was left alone for a week; for cron, add -q.',
      },
      {
        run: 'sessions compress --older-than 90d --archived=only --level 19',
        explains: 'Old archived sessions, as small as they get.',
      },
      { run: 'sessions compress --decompress ID', explains: 'Make a session readable for old versions of Codex.' },
      {
        run: "sessions compress --dry-run --older-than 7d --json | jq -s 'map(.size_before) | add'",
        explains: 'How many bytes there are to compress.',
      },
    ],
    exits: [
      { code: 0, when: 'Done, also when there was nothing to do, or a selector chose a session that is open or held.' },
      {
        code: 2,
        when: 'Wrong usage, no such session, or trouble such as a full disk; what was done before stays done.',
      },
      { code: 3, when: 'A folder or a session could not be read; the rest was done.' },
      {
        code: 4,
        when: 'Refused: a session that was named is held, young or may be open; or files are not as they are to be.',
      },
      { code: 5, when: 'A session that was named is open; or another command is changing what this home keeps.' },
    ],
    seeAlso: ['sessions-restore(1)', 'sessions-prune(1)', 'sessions-hold-add(1)', 'sessions-archive(1)'],
  },
  run: compressSessions,
};
