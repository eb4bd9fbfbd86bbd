import type { Section } from '../command.ts';

/** What both commands say of seals. */
export const sealSections: Section[] = [
  {
    title: 'Seals',
    paragraphs: [
      'The lines of a file, decompressed, each with its line feed, are the leaves of a Merkle tree (RFC 6962). `.sessions/seals/ID/` in the ' +
        'home has the hash of each line (`leaves`), so that the changed one can be named, and `checkpoints/N`, the text of a ' +
        'tlog-checkpoint over the first N lines, with its signature in `N.sig`. It also says of which thread it is (`thread`), when it was made (`at`), and ' +
        'in which line of which log it was announced (`log`). The largest N counts; the earlier ones stay, and all of them have to fit. A last line ' +
        'without a line feed is not sealed.',
      'Signatures are made and checked by `ssh-keygen -Y`, with the namespace `sessions-checkpoint`: ' +
        '`ssh-keygen -Y verify -n sessions-checkpoint -f allowed_signers -I you@example.org -s N.sig < N` does the same without this program.',
      '`.sessions/seals/log.jsonl` has a line for each thing that happened to a seal (schema `seal-log-entry`): a session was sealed, its ' +
        'seal grew, it was moved to the trash, purged or restored, it is gone, a hold was made, the journal was so long, a human had the log begun anew. The log is a tree of its own with a signed ' +
        'checkpoint in `log-checkpoints/`, so that a session or a seal that vanishes is missed.',
      'What became of a session, the log takes over from the journal: only from one whose lines follow from each other, and only what the files in the trash, ' +
        'or a tombstone and a receipt, bear out. Of a purge it holds the checksum of the receipt. It also notes how long the journal is, with the checksum of its last line, so that lines that vanish from its end show, and receipts with them. `sessions seal` also signs receipts of purges that are not ' +
        'signed yet (`sessions-prune`(1)).',
      'A key that is to be used no more is given a `valid-before` in the list of allowed signers; before that, the next key seals once, with both of them ' +
        'in the list, so that the log is signed with it. From then on a seal by the old key is good when the log has it, signed by a key that is ' +
        'good today, and entered it before that time (OpenSSH 9.1 and later). What a seal says of its own time counts for nothing here: who ' +
        'has the old key could write any. The same holds for the receipts of purges. Without `valid-before` the old key stays good for everything.',
    ],
  },
  {
    title: 'What is a finding although nobody did wrong',
    paragraphs: [
      'A session that `sessions prune` has moved to the trash or purged is PRUNED, and `sessions verify` ends with 1 for it, also where a signed receipt tells of it: ' +
        'whether it was to go is for whoever reads the receipt to say. `sessions verify --json | jq \'select(.status != "PRUNED")\'` leaves these out.',
      'A sealed session that was rewritten, be it by `sessions repair`, by `sessions redact` or by Codex (MIGRATED), is never sealed again: its seal is over the lines that were there before. ' +
        'What was sealed is in the trash until it is purged; `sessions restore` brings it back. To keep the rewritten one under a seal, fork it (`sessions fork`) and seal the fork.',
      'A log that was begun anew with `--new-log` says so for good; what was sealed before is in `.sessions/seals/old-logs/`, and what it knew and is gone is MISSING.',
    ],
  },
  {
    title: 'What a seal cannot do',
    paragraphs: [
      'Who can write to the home and use the key can rewrite sessions, seals and log, and sign them all again; and who can write to the home ' +
        'can put all of it back to an earlier state, or remove all of it. What this user has last seen of the log is kept outside of the home, in `$XDG_STATE_HOME/sessions/logs/`, else ' +
        "`~/.local/state/sessions/logs/`, in a file named by the SHA-256 of the home's path: where the log is gone, is another one or is older than that, `sessions verify` says ROLLED-BACK and " +
        '`sessions seal` seals nothing, until `--new-log` says that you know why. A file is no help against who can write there as well, nor on another machine. So keep checkpoints elsewhere: ' +
        '`sessions seal --print-checkpoint` prints the one of the log, a few hundred bytes that tell nothing of what sessions hold. In a git ' +
        'remote, a mail, a time-stamping service or on another machine, it lets `sessions verify --anchor` show that nothing from before it was ' +
        'changed or taken back. A key that is touched for each signature (FIDO), that `ssh-add -c` asks about, or that belongs to another user, ' +
        'keeps agents and programs from signing on their own. Commands of an agent in a sandbox cannot read the key that `seal.key` names.',
    ],
  },
];
