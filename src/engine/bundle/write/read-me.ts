/** What a bundle says of itself. */
export const readMe = `Sessions of a coding agent, as an auditor receives them
======================================================

This is a bag (BagIt 1.0, RFC 8493). Check it before you rely on it, with a list of keys that did not come with it:

    ALLOWED_SIGNERS=FILE ./verify.sh                     every file by its checksum, no file more or less, every signature
    sessions verify --allowed-signers FILE FOLDER_OR_ARCHIVE
                                                         all of that; besides, that the rollouts are what was sealed, and that
                                                         the events are those of the rollouts (npm: agent-sessions)

A line of FILE: you@example.org namespaces="sessions-*" ssh-ed25519 AAAA...

A program that comes with a bundle can be changed like anything else in it: take verify.sh from where you trust it. Checksums
show accidents; only signatures show who vouches for what. Without a list, or of a bundle that nobody signed, neither
says that it is good, unless asked to: ALLOW_UNSIGNED=1, --allow-unsigned.

data/ID/rollout.jsonl      what the agent recorded, byte for byte; ID is that of the file (after a revert, a session has several)
data/ID/rollout.jsonl.zst  the file itself, where it was stored compressed
data/ID/events.ndjson      the same session in a published form (schema/event.schema.json), one event a line
custody.json               who made this bundle, when, where, with what, of which files; what is not in it, and why
tagmanifest-sha256.txt.sig who vouches for the bundle: the signature over the checksums of all files
checkpoints/ signatures/   seals: of each rollout, and of the log of all seals (ID "log")
proofs/ID/leaves           SHA-256 of each sealed line (RFC 6962 leaves, 32 bytes each): names a line that was changed
seal-log.jsonl             every seal that was ever made in the home, and what became of it, by the ids of all its sessions
allowed_signers            whose keys are whose, by the word of who made the bundle: trust it for nothing
journal.jsonl              what was removed, restored or rewritten in the home, each line chained to the one before
holds.jsonl tombstones.jsonl receipts/   legal holds; what was deleted for good; proof of that
lineage/                   of forks: what was copied from where
redactions.json            only with --redact: where something was taken out, by which rule, with the hash of the line as it was
schema/                    JSON Schemas of all of these

With --redact, data/ID/rollout.jsonl is not what was recorded: marks stand where secrets did. Every line that redactions.json
does not name is shown to be as it was sealed, and in its place. Of one that it names, nothing is shown but the hash in
it: what stands there now is the word of who signed the bundle. The journal, holds, tombstones and receipts, and
who made the bundle where, are left out; seal-log.jsonl, which shows that no seal is an old one, is not. Short secrets can be
guessed from hashes: of lines in redactions.json and proofs/, of files in custody.json.
`;
