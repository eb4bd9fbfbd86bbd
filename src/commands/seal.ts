import { Failure, worstExit } from '../base/failure.ts';
import type { Io } from '../base/io.ts';
import { warn } from '../base/warn.ts';
import type { SealRecord } from '../engine/seal/seal-record.ts';
import { openPrinter, type Printer } from '../ui/printer.ts';
import { startProgress } from '../ui/progress.ts';
import type { Command, Invocation } from './command.ts';
import { createProblemLog } from './frame/problem-log.ts';
import { reportFailure } from './frame/report-failure.ts';
import { outputOptions, printOptionsOf, selectorsOfAll } from './options.ts';
import { sealSections } from './seal/about-seals.ts';
import { chooseSigner } from './seal/choose-signer.ts';
import { chooseTargets, entriesOf } from './seal/find-entries.ts';
import { hintForKey } from './seal/hint-for-key.ts';

export const seal: Command = {
  spec: {
    name: 'seal',
    group: 'audit',
    summary: 'sign what sessions hold, so that every later change shows',
    synopsis: ['[options] [SESSION]...', '[options] -', '--print-checkpoint'],
    description: [
      'Puts each SESSION, or all sessions of the home that the selectors let through, archived ones included, under a seal: a ' +
        'signed checkpoint over every line that it holds now. `sessions verify` then finds each bit that has changed, each line that was ' +
        'dropped, added, moved or cut off, and each session that is gone. Sessions are not touched; what is sealed may be open ' +
        'in any program, and may be compressed, archived and appended to afterwards.',
      'Sealing again lets a seal grow over the lines that have come, after it was shown that those under it are the same: no ' +
        'line is ever sealed twice. A session that is not as it was sealed, or as it was at any time before, or whose seal is gone, not signed any ' +
        'more, signed by an unknown key or that of another session, is refused, and the others are sealed. Where that is said of the log, nothing is sealed.',
      'With `seal.auto` in `.sessions/config.toml`, `sessions exec` seals its session at the end of each run.',
      'In a pipe, or with `--json`, prints one object for each file (schema `seal`); with `-q`, ids of sessions whose ' +
        'seal is new or has grown.',
    ],
    operands: [{ name: 'SESSION', min: 0, max: Number.POSITIVE_INFINITY, completes: 'session' }],
    options: [
      {
        long: 'key',
        value: 'FILE',
        completes: 'file',
        description:
          'Sign with this SSH key; of a key that `ssh-agent` has, FILE is the public one. If not given, `seal.key` of ' +
          '`.sessions/config.toml` says which.',
      },
      { long: 'unsigned', description: 'Do not sign. Who can write to the home can then make seals anew.' },
      {
        long: 'adopt-unsigned',
        description:
          'Sign what was sealed with `--unsigned` until now. Everything that the log says is signed then, whoever wrote it; look at it first.',
      },
      {
        long: 'new-log',
        description:
          'Begin another log, although there are seals, or where the log is not what was signed, older than seals that are there, or not the one that was last seen here: it is moved to `.sessions/seals/old-logs/`, and ' +
          'seals that are there and signed by an allowed key are entered into the new one, and sessions that it knew and that are gone. Find out first what has happened.',
      },
      {
        long: 'allowed-signers',
        value: 'FILE',
        completes: 'file',
        description: 'Also go on from seals signed by the keys that FILE allows; see `sessions-verify`(1).',
      },
      {
        long: 'print-checkpoint',
        description:
          'Seal nothing; print the signed checkpoint of the log, to be kept where nobody who can write here could change it.',
      },
      ...selectorsOfAll('sealed'),
      ...outputOptions,
    ],
    sections: sealSections,
    examples: [
      { run: 'sessions seal --key ~/.ssh/sessions_seal', explains: 'Seal everything.' },
      { run: 'sessions seal --older-than 1d -q', explains: 'Seal what is a day old; from cron.' },
      {
        run: 'sessions seal --print-checkpoint > /mnt/kept/$(date +%F)',
        explains: 'Keep a checkpoint elsewhere, for `sessions verify --anchor`.',
      },
    ],
    exits: [
      { code: 0, when: 'Everything is sealed.' },
      {
        code: 1,
        when: 'A session, its seal, the log of the seals or the journal is not what was sealed, and was left alone; or a sealed session is newly gone.',
      },
      { code: 2, when: 'Wrong usage, no key, a key that cannot sign, no such session, or trouble.' },
      { code: 3, when: 'A session could not be read whole, and was not sealed.' },
      { code: 5, when: 'Another run seals sessions of this home.' },
    ],
    seeAlso: ['sessions-verify(1)', 'sessions-export(1)', 'sessions-exec(1)', 'sessions-config(5)', 'ssh-keygen(1)'],
  },
  run: runSeal,
};

async function runSeal(invocation: Invocation, io: Io): Promise<number> {
  const { options } = invocation;
  const { openSessions } = await import('../engine/resolve-session.ts');
  const { findAllowedSigners } = await import('../engine/seal/allowed-signers.ts');
  const { SignatureCheck } = await import('../engine/seal/signature-check.ts');
  const { sealSessions } = await import('../engine/seal/seal-sessions.ts');
  const { findKnownLog } = await import('../engine/seal/known-log.ts');
  if (options.flag('print-checkpoint')) return printCheckpoint(invocation, io);
  const sessions = openSessions(io.env, io.cwd);
  const catalog = await sessions.catalog();
  const { home } = catalog;
  const problems = createProblemLog(io);
  const progress = startProgress(io);
  const printer = await openPrinter(io, { ...printOptionsOf(invocation), pager: false });
  const notes: string[] = [];
  let exit = 0;
  let hasSealed = false;
  let targets: Awaited<ReturnType<typeof chooseTargets>> = null;
  try {
    const onProgress = (done: number, of: number) => progress.show(`reading sessions: ${done} of ${of}`);
    targets = await chooseTargets(sessions, invocation, io, { report: problems.report, onProgress });
    const entries = await entriesOf(catalog, targets);
    const signer = await chooseSigner(options, home.path, io);
    const check = new SignatureCheck(findAllowedSigners(options.text('allowed-signers'), io), io);
    if (signer) {
      const { signReceiptsWith } = await import('./seal/sign-receipts.ts');
      exit = await signReceiptsWith(home, signer, check, io);
    }
    const sealings = sealSessions(home, entries, {
      ...{ signer, check, clock: io.clock, signal: io.signal, catalog },
      ...{ beginsAnew: options.flag('new-log'), adoptsUnsigned: options.flag('adopt-unsigned') },
      known: findKnownLog(home, io.env),
      onNote: (message) => notes.push(message),
      onProgress: (done, of, bytes) => progress.show(describeProgress(done, of, bytes)),
    });
    for await (const sealing of sealings) {
      await progress.stop();
      for (const note of notes.splice(0)) await warn(io, note);
      if ('record' in sealing) {
        hasSealed ||= sealing.record.event !== 'unchanged';
        await print(sealing.record, printer);
      } else exit = worstExit(exit, await reportFailure(sealing.error, io, options.flag('json')));
    }
    if (signer && hasSealed && printer.mode !== 'ids') await hintForKey(signer, check.signers, io);
  } finally {
    await progress.stop();
    await printer.close();
    for (const note of notes.splice(0)) await warn(io, note);
  }
  for (const { rule, path: file, message } of targets ? [] : catalog.obstacles) {
    problems.report({ rule, weight: rule === 'UNREADABLE' ? 'lost' : 'note', file, line: null, offset: null, message });
  }
  await problems.print();
  return worstExit(exit, problems.exit);
}

async function printCheckpoint({ operands, options }: Invocation, io: Io): Promise<number> {
  if (operands.length > 0) throw new Failure('usage', '--print-checkpoint is about all sessions of the home');
  const { homeOf } = await import('../engine/listing/list-home.ts');
  const { findAllowedSigners } = await import('../engine/seal/allowed-signers.ts');
  const { checkedCheckpoint } = await import('../engine/seal/checked-checkpoint.ts');
  const { SignatureCheck } = await import('../engine/seal/signature-check.ts');
  // What is sealed with --unsigned is no secret to who asks for it.
  const context = { env: io.env, signal: io.signal, allowsUnsigned: options.flag('unsigned') };
  const check = new SignatureCheck(findAllowedSigners(options.text('allowed-signers'), io), context);
  const { text, doubt } = await checkedCheckpoint(homeOf(io.env, io.cwd), { check, signal: io.signal });
  if (doubt !== null) await warn(io, `the checkpoint is ${doubt}`);
  await io.stdout.write(text);
  return 0;
}

async function print(record: SealRecord, printer: Printer): Promise<void> {
  const { event, thread_id: id, rollout_id, size, previous_size, key } = record;
  if (printer.mode === 'json') await printer.record(record);
  else if (printer.mode === 'ids') await (event === 'unchanged' ? undefined : printer.id(id));
  else {
    const which = rollout_id === id ? id : `${id} (${rollout_id})`;
    const grown = event === 'extended' ? `, ${size - (previous_size ?? 0)} of them new` : '';
    const note = event === 'unchanged' ? ', as before' : key === null ? ', not signed' : '';
    await printer.text(`${which} sealed: ${size} lines${grown}${note}\n`);
  }
}

function describeProgress(done: number, of: number, bytes: number): string {
  const megabytes = bytes >= 10_000_000 ? `, ${Math.floor(bytes / 1_000_000)} MB of it` : '';
  return `sealing file ${done + 1} of ${of}${megabytes}`;
}
