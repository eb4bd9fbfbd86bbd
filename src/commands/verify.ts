import { resolve } from 'node:path';
import { worstExit } from '../base/failure.ts';
import type { Io } from '../base/io.ts';
import { warn } from '../base/warn.ts';
import type { Catalog } from '../engine/catalog.ts';
import type { SessionResolver } from '../engine/resolve-session.ts';
import type { Found } from '../engine/seal/find-subjects.ts';
import type { VerifyResult } from '../engine/seal/verify-result.ts';
import type { Ledger } from '../engine/seal/verify-sessions.ts';
import { readOwnSettings } from '../runner/config/own-settings.ts';
import { openPrinter } from '../ui/printer.ts';
import { startProgress } from '../ui/progress.ts';
import type { Command, Invocation } from './command.ts';
import { createProblemLog } from './frame/problem-log.ts';
import { outputOptions, printOptionsOf, selectorOptions, selectorsOfAll } from './options.ts';
import { sealSections } from './seal/about-seals.ts';
import { chooseTargets } from './seal/find-entries.ts';
import { hintForUnknownKey } from './verify/hint.ts';
import { createOutput } from './verify/output.ts';
import { bundleStatusEntries, statusEntries } from './verify/statuses.ts';
import { describeCounts } from './verify/summary.ts';
import { Tally } from './verify/tally.ts';

export const verify: Command = {
  spec: {
    name: 'verify',
    group: 'audit',
    summary: 'check sessions against their seals',
    synopsis: ['[options] [SESSION|FILE]...', '[options] -', '[options] BUNDLE...'],
    description: [
      'Checks that each SESSION is what was sealed, and that its seal is signed by somebody who may. Without an argument, checks all ' +
        'sessions of the home, archived ones included, and all that were ever sealed and are gone; a session without a seal is never good. A FILE, ' +
        'such as one of a backup, is held against the seal that the home has of the session in its name. The log of the seals is ' +
        'checked in every case. Selectors choose among the sessions that are there: how many sealed ones are gone, standard error says. Without an argument or a selector, so is the record of what was removed, which comes last: the journal, and each ' +
        'receipt of a purge, against each other, the log and their signatures; and the holds, of which the journal has an entry each.',
      'Who may sign is said by a list of allowed signers, as of `ssh-keygen`: `--allowed-signers FILE`, else `~/.ssh/allowed_signers`, of which ' +
        'only lines count that name us, such as `you@example.org namespaces="sessions-*" ` and the public key; `sessions seal` prints the one for its key. ' +
        'With such a list, or where `seal.key` is set or a receipt is signed, what is not signed is not good. Without one, every key is unknown; and what is not signed is good only where nothing ever was, ' +
        'as a seal against accidents. A list in the home itself counts for nothing: whoever can change sessions could write it.',
      'A BUNDLE, a folder or a `.tar` or `.tar.zst` that `sessions export --format bundle` made, is checked without a home: its files ' +
        'against its manifests and their signature, its events against its rollouts (schema `bundle-check`), its rollouts against its seals, and its journal and ' +
        'receipts of purges as those of a home. What the bundle itself says of who may sign counts for nothing, and without `--allow-unsigned` all of it has to be signed. Sealed sessions that ' +
        'are not in it are named. An archive is unpacked where TMPDIR says, or in the home.',
      'On a terminal, prints a line for each; in a pipe, or with `--json`, one object a line (schema `verify-result`). With `-q`, only the ids of ' +
        'sessions that are not as they were sealed, and names of other files that are wrong: the log, the journal, receipts, files of a bundle.',
    ],
    operands: [{ name: 'SESSION', min: 0, max: Number.POSITIVE_INFINITY, completes: 'session' }],
    options: [
      {
        long: 'anchor',
        value: 'FILE',
        repeatable: true,
        completes: 'file',
        description:
          'Require that the log goes on from this checkpoint of it, which `sessions seal --print-checkpoint` printed and which was kept elsewhere.',
      },
      { long: 'allowed-signers', value: 'FILE', completes: 'file', description: 'Who may sign.' },
      {
        long: 'subset',
        value: 'N/M',
        description:
          'Check the Nth of M parts of the sessions. M runs check all, and each session always falls in the same part.',
      },
      {
        long: 'allow-unsigned',
        description:
          'Do not take it for a finding that something was never signed. A signature that is gone still is one.',
      },
      {
        long: 'allow-redacted',
        description: 'In a bundle that was made with `--redact`, take lines for good of which only the hash is shown.',
      },
      { long: 'strict', description: 'Take it for a finding that there are lines behind a seal.' },
      ...selectorsOfAll('checked'),
      ...outputOptions,
    ],
    sections: [
      { title: 'Statuses', entries: statusEntries },
      { title: 'Statuses of bundles', entries: bundleStatusEntries },
      ...sealSections,
    ],
    examples: [
      { run: 'sessions verify', explains: 'Check everything.' },
      {
        run: 'sessions verify --anchor kept/checkpoint --allowed-signers kept/signers',
        explains: 'What an auditor runs.',
      },
      { run: 'sessions verify --subset "$(date +%u)/7"', explains: 'From cron: everything once a week.' },
      { run: 'sessions verify case-7.tar --allowed-signers kept/signers', explains: 'What came from somebody else.' },
      {
        run: 'sessions verify --json | jq -r \'select(.status != "VERIFIED") | .rollout_id\'',
        explains: 'What is to be looked at.',
      },
    ],
    exits: [
      { code: 0, when: 'Everything is as it was sealed; there may be newer lines, unless `--strict` is given.' },
      { code: 1, when: 'Something is not, or is not sealed.' },
      { code: 2, when: 'Wrong usage, no such session, no `ssh-keygen`, or trouble.' },
      { code: 3, when: 'Something could not be read; there may be findings as well.' },
    ],
    seeAlso: ['sessions-seal(1)', 'sessions-validate(1)', 'sessions-schema(1)', 'ssh-keygen(1)'],
  },
  run: runVerify,
};

async function runVerify(invocation: Invocation, io: Io): Promise<number> {
  const { options } = invocation;
  const { isBundle, runVerifyBundle } = await import('./verify/verify-bundle.ts');
  if (invocation.operands.some((operand) => isBundle(operand, io.cwd))) return runVerifyBundle(invocation, io);
  const { openSessions } = await import('../engine/resolve-session.ts');
  const { findAllowedSigners } = await import('../engine/seal/allowed-signers.ts');
  const { SignatureCheck } = await import('../engine/seal/signature-check.ts');
  const { openLedger, verifySessions } = await import('../engine/seal/verify-sessions.ts');
  const { findKnownLog } = await import('../engine/seal/known-log.ts');
  const { isInSubset, parseSubset } = await import('../engine/seal/subset.ts');
  const { obstacleResults } = await import('../engine/seal/find-subjects.ts');
  const subset = options.text('subset') === undefined ? null : parseSubset(options.text('subset') as string);
  const sessions = openSessions(io.env, io.cwd);
  const catalog = await sessions.catalog();
  const { home } = catalog;
  const check = new SignatureCheck(findAllowedSigners(options.text('allowed-signers'), io), {
    ...{ env: io.env, signal: io.signal, allowsUnsigned: options.flag('allow-unsigned') },
  });
  // Who has a key to sign with expects signatures.
  if ((await readOwnSettings(home.path, io.env)).seal?.key !== undefined) check.askForSignatures();
  const anchors = options.texts('anchor').map((path) => resolve(io.cwd, path));
  const { clock, signal } = io;
  const ledger = await openLedger(home, anchors, check, { known: findKnownLog(home, io.env), clock, signal });
  const problems = createProblemLog(io);
  const progress = startProgress(io);
  const output = createOutput(await openPrinter(io, { ...printOptionsOf(invocation), pager: false }));
  const tally = new Tally(options.flag('strict'));
  try {
    const onProgress = (done: number, of: number) => progress.show(`reading sessions: ${done} of ${of}`);
    const choose = () => chooseTargets(sessions, invocation, io, { report: problems.report, onProgress });
    const found = await findSubjects(sessions, ledger, choose);
    const mine = subset ? found.filter(({ rolloutId }) => isInSubset(rolloutId, subset)) : found;
    let at = '';
    const context = {
      ...{ home, check, signal: io.signal },
      onDone: (done: number, of: number) => {
        at = `verifying file ${done + 1} of ${of}`;
        progress.show(at);
      },
      onProgress: (bytes: number) => {
        if (bytes >= 10_000_000) progress.show(`${at}, ${Math.floor(bytes / 1_000_000)} MB of it`);
      },
    };
    const take = async (result: VerifyResult) => {
      tally.add(result);
      if (io.stdout.isTTY) await progress.stop();
      await output.print(result, tally.isGood(result));
    };
    for (const result of isWhole(invocation) ? obstacleResults(catalog) : []) await take(result);
    for await (const result of verifySessions(ledger, mine, context)) await take(result);
    if (isWhole(invocation)) {
      const { verifyReceipts } = await import('../engine/seal/receipts-verify.ts');
      for await (const result of verifyReceipts(home, ledger.log, context)) await take(result);
    }
  } finally {
    await progress.stop();
    await output.close();
  }
  for (const { path, message } of catalog.obstacles.filter(({ rule }) => rule === 'UNREADABLE')) {
    tally.isIncomplete = true;
    problems.report({ rule: 'UNREADABLE', weight: 'lost', file: path, line: null, offset: null, message });
  }
  if (output.isForPeople) await io.stderr.write(`${describeCounts(tally.counts)}\n`);
  if (invocation.operands.length === 0 && isSelected(invocation)) await tellGone(catalog, ledger, io);
  if (tally.counts.has('UNKNOWN-KEY')) await io.stderr.write(hintForUnknownKey(check.signers?.path ?? null));
  await problems.print();
  return worstExit(tally.exit, problems.exit);
}

/** Whether the run is about the home, and not about some of its sessions. */
function isWhole({ operands, options }: Invocation): boolean {
  return operands.length === 0 && !isSelected({ options });
}

function isSelected({ options }: Pick<Invocation, 'options'>): boolean {
  return selectorOptions.some(({ long }) => options.has(long));
}

/** No selector lets through what is gone: that it is must not stay unsaid. */
async function tellGone(catalog: Catalog, { log }: Ledger, io: Io): Promise<void> {
  const { allSubjects } = await import('../engine/seal/find-subjects.ts');
  const gone = allSubjects(catalog, log).filter(({ entry }) => entry === null).length;
  if (gone === 0) return;
  const what = gone === 1 ? '1 sealed session is not' : `${gone} sealed sessions are not`;
  await warn(
    io,
    `${what} in the home any more, which no selector finds: sessions verify without one tells what became of it`,
  );
}

/** A session that is gone can be named by its whole id. */
async function findSubjects(
  sessions: SessionResolver,
  { log }: Ledger,
  choose: () => ReturnType<typeof chooseTargets>,
): Promise<Found[]> {
  const { allSubjects, isGone, subjectsOf } = await import('../engine/seal/find-subjects.ts');
  const catalog = await sessions.catalog();
  sessions.admitGone((threadId) => isGone(catalog, log, threadId));
  const targets = await choose();
  return targets ? targets.flatMap((target) => subjectsOf(catalog, log, target)) : allSubjects(catalog, log);
}
