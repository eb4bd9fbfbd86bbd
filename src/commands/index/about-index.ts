/** What the manual pages of the index say in common. */
export const aboutIndex =
  'The index, `state.db` in the home, holds what `ls` shows, so that a listing of a hundred thousand sessions takes no longer ' +
  'than one of ten. It holds nothing that the files do not: it may be deleted at any time.';

/** What a listing looks at, and what only `index check` finds. */
export const trustInIndex = [
  'In a pipe and without `--limit`, `ls` looks at every file before it prints, so that each session is listed as it is. With `--limit`, ' +
    'and for a table on a terminal, it answers at once: it looks at every folder whose time changed (files that were added, ' +
    'removed, renamed or compressed), at the files that were written to in the last two days (the latest 500 of them), at those that Codex says it wrote to ' +
    'since, and with `--limit` at the files of the sessions that it prints. What somebody else appended to an older file shows ' +
    'after the next look at everything, which `ls` takes once a minute after printing.',
  'Each row has a checksum that is verified when it is printed. In a pipe and without `--limit`, the rows are also counted, and none of ' +
    'the internal indexes is relied upon. What only `index check` finds: a damaged entry of an internal index that hides a row ' +
    'from a listing with `--limit` or on a terminal, and a row that is intact and wrong.',
];
