import type { Command, OptionSpec } from './command.ts';
import { outputOptions, selectorOptions } from './options.ts';
import { runPrune } from './prune/run-prune.ts';

export const prune: Command = {
  spec: {
    name: 'prune',
    group: 'keep',
    summary: 'move old sessions to the trash, and empty it later',
    synopsis: [
      '[options] SELECTOR|KEEP... [SESSION...]',
      '--plan FILE [options]',
      '--purge [--grace DUR] [options]',
      '--verify TX [options]',
    ],
    description: [
      'Moves sessions to the trash of the home (`.sessions/trash/`), where they stay for 14 days and `sessions restore` brings ' +
        'them back; then removes for good what has been there for longer. So one line of cron does both. Nothing is asked: ' +
        'the trash stands in for a confirmation. The summary on standard error names the command that undoes it.',
      'Which sessions go, a policy says, and one that says nothing is an error. Selectors and SESSIONs choose: a session has to pass ' +
        'all of them. The `--keep-…` options keep some of the chosen ones, as in restic: what any of them keeps stays, and what ' +
        'none keeps goes; without a selector they look at all sessions that are not archived. `--max-total` stops as soon as ' +
        'the rest fits. A session and the sub-agents that it spawned stay or go together; they count as one, as old as the ' +
        'youngest of them.',
      'Whatever the policy says, these stay: a session that is open or may be, one that was touched within the last hour, one ' +
        'that is held (`sessions hold`), one that is pinned in Codex, one that a session which stays refers to (forks, reverts, ' +
        'sub-agents), and one whose age is unknown, lies in the future, or cannot be read. No option changes that. In a home whose Codex ' +
        'takes no locks (before 0.149), a session may be open until it was left alone for 7 days. A file that ' +
        'claims to be of another session, that shares its id with one of other content, or that has a second hard link ' +
        'stays too, and the exit code says so.',
      'Nothing at all is moved when something makes every decision doubtful: a folder or a reference that cannot be read, a link ' +
        'or something else that is no file among the sessions, a damaged list of holds, a Codex database that cannot be ' +
        'read, a clock that cannot be right, or a policy that takes more than half of the sessions (see `--allow-mass`).',
      'With `--dry-run` nothing is changed: what would be done, and why, is shown as text on a terminal and as a plan in a pipe ' +
        '(schema `prune-plan`). `--plan` applies such a plan: what it lets go, and nothing else; a session that has changed ' +
        'since stays, and so does one that has a reason to stay by then.',
      'In the trash phase Codex’s own databases stay as they are. What is removed for good is removed from them, too, and from the ' +
        'name index, the prompt history and whatever else mentions it; a tombstone and a receipt stay. `--verify` proves it.',
      'Where `seal.key` is set in `.sessions/config.toml` the receipt is signed: `ssh-keygen -Y verify -n sessions-receipt -f allowed_signers ' +
        '-I you@example.org -s TX.json.sig < TX.json` checks it in `.sessions/receipts/`, and so do `--verify` and `sessions verify`. A key that cannot be used is a ' +
        'warning: what goes is gone, and the next `prune`, `restore` or `seal` signs the receipt, if it is still what the journal says.',
      'One object is written in a pipe for each session that was moved or removed, or that the policy chose and that stays ' +
        '(schema `prune-result`). With `-q` nothing is said when nothing was done.',
    ],
    operands: [{ name: 'SESSION', min: 0, max: Number.POSITIVE_INFINITY, completes: 'session' }],
    options: [
      ...selectors(),
      { long: 'empty', description: 'Sessions without a turn.' },
      { long: 'damaged', description: 'Sessions whose files are damaged (`sessions validate` says how).' },
      { long: 'keep-last', value: 'N', description: 'Keep the N sessions that were touched last.' },
      {
        long: 'keep-within',
        value: 'DUR',
        description: 'Keep what was touched within DUR before the newest of the chosen sessions.',
      },
      {
        long: 'keep-daily',
        value: 'N',
        description: 'Keep the last session of each of the last N days (UTC) that have one.',
      },
      { long: 'keep-weekly', value: 'N', description: 'The same for weeks, which begin on Monday.' },
      { long: 'keep-monthly', value: 'N', description: 'The same for months.' },
      {
        long: 'max-total',
        value: 'SIZE',
        description:
          'Let the oldest go until all sessions of the home fit in SIZE (`20G`, `500MiB`), those that stay whatever comes ' +
          'included. What is in the trash does not count. Where they do not fit, it is said what stays and why.',
      },
      { long: 'dry-run', short: 'n', description: 'Show what would be done, and change nothing.' },
      {
        long: 'plan',
        value: 'FILE',
        completes: 'file',
        description: 'Apply a plan that `--dry-run` wrote; `-` reads it from standard input.',
      },
      {
        long: 'allow-mass',
        value: 'N',
        description: 'Let up to N sessions go, where that is more than half of those in the home.',
      },
      { long: 'purge', description: 'Empty the trash of what is past its grace; without a policy, do nothing else.' },
      { long: 'no-purge', description: 'Leave in the trash what is past its grace.' },
      { long: 'grace', value: 'DUR', description: 'How long sessions stay in the trash; `14d` if not given.' },
      { long: 'yes', description: 'With `--grace 0`: yes, nothing can be restored then.' },
      {
        long: 'via-codex',
        description: 'Let the `codex` on the PATH remove from its databases what is removed for good.',
      },
      {
        long: 'verify',
        value: 'TX',
        description:
          'Prove that a transaction did what it says: of what was removed for good, no trace is left. The beginning of its id will do.',
      },
      ...outputOptions,
    ],
    examples: [
      { run: 'sessions prune --older-than 30d', explains: 'What was left alone for a month; for cron, add -q.' },
      { run: 'sessions prune --keep-last 50 --keep-weekly 8 -n', explains: 'What would go if these were kept.' },
      {
        run: 'sessions prune --max-total 20G --archived',
        explains: 'The oldest, archived or not, until 20 GiB remain.',
      },
      {
        run: 'sessions prune -n --older-than 1w > plan.jsonl',
        explains: 'Write a plan; `jq \'select(.action == "remove")\'` shows what goes.',
      },
      { run: 'sessions prune --plan plan.jsonl', explains: 'Apply that plan, and nothing else.' },
      { run: 'sessions ls --branch tmp | sessions prune -', explains: 'Sessions that another command chose.' },
    ],
    exits: [
      {
        code: 0,
        when: 'Done, also when nothing was to be done, or a chosen session stays because something speaks for it.',
      },
      {
        code: 1,
        when: '`--verify`: something is left, or the receipt is not what it was or not signed as it has to be.',
      },
      {
        code: 2,
        when: 'Wrong usage, an empty policy, no such session, a plan that is damaged or of another home, or trouble.',
      },
      { code: 3, when: 'What Codex knows of a session that was removed for good could not be removed in full.' },
      {
        code: 4,
        when:
          'Refused: nothing was moved, for one of the reasons above; or a session whose files are not as they are to be, or ' +
          'that was named and has a reason to stay, was kept.',
      },
      { code: 5, when: 'Another command is changing what this home keeps.' },
    ],
    seeAlso: [
      ...['sessions-restore(1)', 'sessions-hold-add(1)', 'sessions-ls(1)', 'sessions-compress(1)'],
      ...['sessions-seal(1)', 'sessions-verify(1)', 'sessions-config(5)', 'ssh-keygen(1)'],
    ],
  },
  run: runPrune,
};

/** There is no order in which a limit could make sense, and a script must not believe that there is. */
function selectors(): OptionSpec[] {
  const refused: { [long: string]: string } = {
    limit: 'Refused here; `--keep-last` and `--max-total` say how much stays.',
    sort: 'Refused here: the oldest always go first.',
    reverse: 'Refused here, as `--sort` is.',
  };
  return selectorOptions.map((option) => {
    const description = refused[option.long];
    return description === undefined ? option : { ...option, description };
  });
}
