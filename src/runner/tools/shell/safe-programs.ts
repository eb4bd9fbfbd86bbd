/** Says whether a program with these arguments only reads. */
export type Judge = (args: string[]) => boolean;

const any: Judge = () => true;

/** Programs that cannot write or start others, or only with options that are looked for. */
export const judges: Record<string, Judge> = {
  ...Object.fromEntries(
    'basename cat cut dirname echo false head id ls nl pwd readlink realpath stat tail true uname wc which whoami'
      .split(' ')
      .map((name) => [name, any]),
  ),
  grep: any,
  tr: any,
  rg: (args) => args.every((arg) => !/^--(?:pre|hostname-bin|search-zip)\b/.test(arg) && !/^-[^-]*z/.test(arg)),
  find: (args) => args.every((arg) => !/^-(?:exec|ok|delete|fprint|fls)/.test(arg)),
  /** Only printing ranges of lines. */
  sed: (args) =>
    args[0] === '-n' &&
    /^\d+(?:,(?:\d+|\$))?p$/.test(args[1] ?? '') &&
    args.slice(2).every((arg) => !arg.startsWith('-')),
  git: isReadingGit,
};

/**
 * An option that could name a program or a file to write is not in the list, nor is any before the subcommand. What comes after
 * `--` counts as well: it may be the value of an option before it, and then does not end the options.
 */
function isReadingGit([subcommand, ...args]: string[]): boolean {
  if (subcommand === undefined || !gitReaders.has(subcommand)) return false;
  if (subcommand === 'branch') return args.every((arg) => gitBranchOptions.test(arg));
  return args.every((arg) => !arg.startsWith('-') || arg === '--' || gitOptions.test(arg));
}

const gitReaders = new Set(['status', 'diff', 'log', 'show', 'branch', 'rev-parse', 'ls-files', 'blame', 'shortlog']);

/** Git takes any unambiguous beginning of an option, so only whole names are known. */
const gitOptions = new RegExp(
  `^(?:-[spbuwnzL]|-\\d+|-n\\d+|-U\\d+|--(?:${[
    ...[
      'stat',
      'shortstat',
      'numstat',
      'name-only',
      'name-status',
      'summary',
      'oneline',
      'graph',
      'all',
      'short',
      'branch',
    ],
    ...[
      'porcelain',
      'cached',
      'staged',
      'no-color',
      'decorate',
      'patch',
      'no-patch',
      'follow',
      'reverse',
      'merges',
      'no-merges',
    ],
    ...[
      'no-pager',
      'abbrev-commit',
      'show-toplevel',
      'abbrev-ref',
      'is-inside-work-tree',
      'git-dir',
      'verify',
      'others',
    ],
    ...[
      'exclude-standard',
      'modified',
      'deleted',
      'untracked-files',
      'no-ext-diff',
      'no-textconv',
      'word-diff',
      'check',
    ],
  ].join('|')})|--(?:max-count|since|until|author|grep|format|pretty|date|unified|skip)=[^\\n]*)$`,
);

const gitBranchOptions = /^(?:-[avr]+|--(?:all|list|remotes|verbose|show-current))$/;
