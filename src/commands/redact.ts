import { Failure, worstExit } from '../base/failure.ts';
import type { Io } from '../base/io.ts';
import { oneLine } from '../base/safe-text.ts';
import { warn } from '../base/warn.ts';
import { openPrinter } from '../ui/printer.ts';
import { startProgress } from '../ui/progress.ts';
import type { Command, Invocation } from './command.ts';
import { printOrTell } from './frame/print-or-tell.ts';
import { createProblemLog } from './frame/problem-log.ts';
import { outputOptions, printOptionsOf } from './options.ts';
import { type RedactionReport, redactionReport } from './redact/redaction-report.ts';
import { markOptions, openChosenRedactor, ruleOptions } from './redact/rule-options.ts';

export const redact: Command = {
  spec: {
    name: 'redact',
    group: 'audit',
    summary: 'make a copy of a session without the secrets in it',
    synopsis: ['[options] SESSION'],
    description: [
      'Makes a session of its own that has everything in effect of SESSION, with a mark such as `[redacted:github-token:1]` in place of ' +
        'each secret, and prints its id. The same secret has the same mark. SESSION is not changed, and may be open in any program. ' +
        'Codex and `sessions exec resume` go on with the copy as they would with SESSION.',
      'Lines, times and ordinals stay, and so do the ids of calls and turns. What SESSION refers to in the file of its parent becomes part of ' +
        'the copy, which refers to nothing. What secrets are, and which are not found, says sessions-secrets(1); beside them go ' +
        'addresses of e-mail, and user names in paths, that of the working directory included.',
      'Reasoning and compactions that are encrypted for the provider of the model cannot be looked into, and are taken out. The ' +
        'model then does not remember how it came to its answers, and a session that its provider has compacted loses what came before; ' +
        '`--keep-encrypted` leaves them.',
      'On standard output stands the id alone, also in a pipe; with `--json`, the report (schema `redaction-report`), with each rule, ' +
        'place and hash, and never a value. The hash of what is short can be guessed.',
    ],
    operands: [{ name: 'SESSION', min: 1, max: 1, completes: 'session' }],
    options: [
      { long: 'name', value: 'NAME', description: 'Give the copy this name.' },
      ...ruleOptions,
      ...markOptions,
      ...outputOptions,
    ],
    examples: [
      { run: 'sessions redact @last', explains: 'A copy of the newest session that can be given away.' },
      { run: 'sessions redact --json ID | jq .by_rule', explains: 'What was taken out.' },
      {
        run: 'sessions export --format html "$(sessions redact ID)" -o report.html',
        explains: 'A page to show to others.',
      },
    ],
    exits: [
      { code: 0, when: 'The copy was made, also when nothing had to be taken out.' },
      {
        code: 2,
        when: 'Wrong usage, no such session or rule, a session that holds no record, or trouble, such as a full disk.',
      },
      { code: 3, when: 'The copy was made without something that could not be read or looked through.' },
      { code: 4, when: 'Refused: the folder of the copy is reached through a symbolic link.' },
      {
        code: 5,
        when: 'Somebody holds a lock for too long. With `--name`, the copy may have been made, without its name.',
      },
    ],
    seeAlso: ['sessions-secrets(1)', 'sessions-export(1)', 'sessions-fork(1)', 'sessions-schema(1)'],
  },
  run: redactOne,
};

async function redactOne(invocation: Invocation, io: Io): Promise<number> {
  const { options, operands } = invocation;
  const { openSessions } = await import('../engine/resolve-session.ts');
  const { resolveOperands } = await import('../engine/operands.ts');
  const { threadOf } = await import('../engine/thread-of.ts');
  const { redactSession } = await import('../engine/redact/copy/redact-session.ts');
  const wanted = options.text('name');
  const name = wanted === undefined ? null : (await import('../engine/naming.ts')).checkName(wanted);
  const redactor = await openChosenRedactor(options, io, options.text('rules'));
  const sessions = openSessions(io.env, io.cwd);
  const { targets, remove } = await resolveOperands(sessions, operands, io.stdin.read());
  remove();
  const [target, ...others] = targets;
  if (!target || others.length > 0) {
    throw new Failure('usage', `one session is redacted at a time, and ${targets.length} were given`);
  }
  const catalog = await sessions.catalog();
  const problems = createProblemLog(io);
  const progress = startProgress(io);
  const redacted = await redactSession(catalog, threadOf(catalog, target), {
    ...{ redactor, clock: io.clock, signal: io.signal, report: problems.report },
    onProgress: (bytes) => progress.show(`redacting: ${Math.floor(bytes / 1e6)} MB`),
  }).finally(() => progress.stop());
  const exits = [0];
  if (name !== null) {
    const { giveName } = await import('./name/give-name.ts');
    exits.push(await giveName(name, redacted.threadId, options.flag('json'), io));
  }
  const { sessionPorts } = await import('./exec/session-ports.ts');
  await sessionPorts(sessions, io, problems.report).index(redacted.threadId);
  const isNamed = name !== null && exits.every((exit) => exit === 0);
  const report = redactionReport(redacted, redactor, isNamed ? name : null);
  await printOrTell(() => print(report, invocation, io), `the copy is session ${redacted.threadId}`, io);
  await problems.print();
  return worstExit(problems.exit, ...exits);
}

async function print(report: RedactionReport, invocation: Invocation, io: Io): Promise<void> {
  const printer = await openPrinter(io, { ...printOptionsOf(invocation), pager: false });
  try {
    if (invocation.options.flag('json')) await printer.record(report);
    else if (printer.mode === 'human') await printer.text(`${report.thread_id}\n`);
    else await printer.id(report.thread_id);
  } finally {
    await printer.close();
  }
  if (invocation.options.flag('json') || invocation.options.flag('quiet')) return;
  const rules = Object.entries(report.by_rule).map(([rule, times]) => `${rule} ${times}`);
  const what = rules.length === 0 ? 'nothing was found' : rules.join(', ');
  await io.stderr.write(`sessions: redacted ${oneLine(report.redacted_from_id)}: ${oneLine(what)}\n`);
  for (const warning of report.warnings) await warn(io, warning);
}
