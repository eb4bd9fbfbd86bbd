import type { Command } from './command.ts';
import { outputOptions } from './options.ts';

export const importCommand: Command = {
  spec: {
    name: 'import',
    group: 'audit',
    summary: 'bring sessions into the home',
    synopsis: ['[options] FILE...', '[options] -'],
    description: [
      'Brings the sessions that FILE holds into the home: a bundle (a folder, or a `.tar` or `.tar.zst`), events (as `sessions show --json` and ' +
        '`sessions export` write them), or a rollout, each also compressed with zstd. What it is, is seen from its content. `-` is standard input.',
      'All that a FILE holds is brought in, or nothing; after a kill, the same import once more does the rest. No file is ever overwritten: a session ' +
        'that is there already with the same content is left alone. Where the home has another session of the same id, or has one in its trash, has purged ' +
        'one, or misses one that is held, nothing is brought in, unless `--new-ids` gives all of them ids of their own. A bundle that was ' +
        'redacted is brought in with `--new-ids` only: what it holds is not what was recorded.',
      'Rollouts and bundles keep their bytes; a bundle brings names, the state of being archived and what is known of forks along, after all of it ' +
        'was checked against its manifests, and each file once more when it was written.',
      "A bundle that is not signed, or by nobody known, is anybody's word: that is said, with which of its events are not those of its rollouts, of which " +
        'the rollouts are brought in. Where there is a list of allowed signers (see `sessions-verify`(1)), it is refused without `--allow-unsigned`. ' +
        'What was changed after it was signed is never brought in.',
      'A seal of a bundle comes along when it is one over the very file, signed by a key that a list of allowed signers outside of the home names ' +
        '(see `sessions-verify`(1)), and there is a key to sign the log of this home with, in which it is entered. Sessions that were there before get none. Why ' +
        'a seal did not come along is said.',
      'Of events, rollouts are made again, in the form of the version of Codex that they are from. They read as the same events; where one does not, ' +
        'because its line was not kept, that is said and the exit code is 3. A session of several files, such as a fork by reference or one after a ' +
        'revert, is made again where it then reads as the same events throughout; a session that it goes on from has to be among the events, or in the ' +
        'home. Otherwise it is refused, and needs a bundle. What a fork by copy took over is only marked as inherited where the home has its parent, too.',
      'Prints one line for each file of a session; in a pipe or with `--json`, one object (schema `imported`); with `-q`, ids.',
    ],
    operands: [{ name: 'FILE', min: 1, max: Number.POSITIVE_INFINITY, completes: 'file' }],
    options: [
      { long: 'dry-run', short: 'n', description: 'Check everything, and say what would be done.' },
      {
        long: 'new-ids',
        description:
          'Give each session a new id, and let those that are brought in together refer to each other by the new ones. Seals, which are of what was, do not come along.',
      },
      { long: 'archived', description: 'Put everything into the archive.' },
      { long: 'no-seals', description: 'Leave the seals of a bundle behind.' },
      {
        long: 'allowed-signers',
        value: 'FILE',
        completes: 'file',
        description:
          'Take bundles and seals that are signed by the keys in FILE, instead of those in `~/.ssh/allowed_signers`.',
      },
      { long: 'allow-unsigned', description: 'Also take a bundle that nobody has signed who may.' },
      {
        long: 'key',
        value: 'FILE',
        completes: 'file',
        description: 'Sign the log of the seals with this SSH key, instead of the one that `seal.key` names.',
      },
      { long: 'name', value: 'NAME', description: 'Give the session this name; FILE has to hold one.' },
      ...outputOptions,
    ],
    examples: [
      { run: 'sessions import case-7.tar', explains: 'Everything that a colleague has packed.' },
      { run: 'sessions export ID | ssh other sessions import -', explains: 'A session on another machine.' },
      { run: 'sessions import --new-ids old/rollout-*.jsonl', explains: 'Copies that go their own way.' },
    ],
    exits: [
      { code: 0, when: 'Everything is in the home.' },
      {
        code: 1,
        when: 'A FILE is cut off, is several rollouts in one, holds something else, is not what was packed, or has a seal that does not fit; nothing of it was brought in.',
      },
      { code: 2, when: 'Wrong usage, or trouble, such as a full disk.' },
      { code: 3, when: 'Everything is there, and some events read differently.' },
      {
        code: 4,
        when:
          'Refused: an id is taken, in the trash, purged or held; a redacted bundle; one that nobody vouches for who may; or files that go on ' +
          'from others that are not there.',
      },
      { code: 5, when: 'Somebody has a session of that id open, or seals are being made.' },
    ],
    seeAlso: ['sessions-export(1)', 'sessions-verify(1)', 'sessions-events(5)', 'sessions-schema(1)'],
  },
  run: async (invocation, io) => (await import('./import/run-import.ts')).runImport(invocation, io),
};
