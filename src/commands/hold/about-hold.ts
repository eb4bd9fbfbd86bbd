/** What the manual pages of holds say in common. */
export const aboutHolds = [
  'A legal hold keeps sessions from being removed or rewritten: `prune`, its purge, `compress` and `repair` leave a held ' +
    'session as it is, and no option overrides that. With a session all that it comes from is held: what it was forked from, ' +
    'what its history goes through, and the session that spawned it. All files of a session are held with it.',
  '`archive` and `unarchive` stay possible, because they move files and lose nothing; so do `name`, `fork`, and going on with a held ' +
    'session, which adds to its end and leaves its file plain. A session that a hold once covered stays covered until the release, also when it no ' +
    'longer matches. Codex itself knows nothing of holds: `sessions hold report` names what it has deleted.',
  'Holds are kept in `.sessions/holds.jsonl` of the home, to which lines are only ever added, and the journal has an entry of each. ' +
    'When the file is damaged, a hold or a line of one is gone from it, or one is released or covers something else there and not in the journal, nothing is removed or ' +
    'rewritten (exit 4) until it is as it was. Only the unfinished last line ' +
    'that a crash left of a hold nobody was told of does not count.',
];
