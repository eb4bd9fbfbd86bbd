import type { Io } from '../base/io.ts';
import { warn } from '../base/warn.ts';
import type { SessionResolver, Target } from '../engine/resolve-session.ts';
import { ruleTable } from '../engine/validate/rule-table.ts';
import { isSelected, parseFindingSelection, Verdict } from '../engine/validate/selection.ts';
import type { ValidateOptions, ValidateProgress } from '../engine/validate/validate.ts';
import type { Finding, Severity } from '../model/finding.ts';
import { countFindings, createFindingsReport } from '../ui/findings-report.ts';
import { openPrinter, type Printer } from '../ui/printer.ts';
import { startProgress } from '../ui/progress.ts';
import type { Command, Invocation } from './command.ts';
import { suggest } from './frame/nearest.ts';
import { untilClosed } from './frame/until-closed.ts';
import { outputOptions, printOptionsOf } from './options.ts';

export const validate: Command = {
  spec: {
    name: 'validate',
    group: 'audit',
    summary: "check sessions against the schema and the format's rules",
    synopsis: ['[options] [SESSION|FILE]...', '[options] -'],
    description: [
      'Checks each line against the schema `rollout-line`, and each session against the rules below. Without an argument, ' +
        'checks the whole home, archived sessions included. Nothing is changed, and nothing stops the check: what is ' +
        'behind a damaged place is checked as well.',
      'On a terminal, prints a report by file; in a pipe, or with `--json`, one finding a line (schema `finding`), and ' +
        'nothing where there is none. With `-q`, only the ids of sessions that have findings, or the paths of files.',
      'A finding is an `error` when a record or a session is broken, `partial` when something could not be checked, and a ' +
        '`note` when it is worth knowing but nothing is wrong. `--rule` and `--severity` leave findings out, which then do not ' +
        'count; but what could not be checked always does.',
      'What a FILE refers to is looked for in the home that it lies in. For a file in no home, and for standard input, it is not.',
    ],
    operands: [{ name: 'SESSION', min: 0, max: Number.POSITIVE_INFINITY, completes: 'session' }],
    options: [
      {
        long: 'rule',
        value: 'NAME',
        repeatable: true,
        offers: ruleTable.map(({ name }) => name),
        description: 'Only findings of this rule. May be repeated; commas separate.',
      },
      {
        long: 'severity',
        value: 'LEVEL',
        values: ['error', 'partial', 'note'],
        description: 'Only findings that are at least this severe; `note` if not given.',
      },
      { long: 'perms', description: 'Take it for an error that other users have access to a file or folder.' },
      ...outputOptions,
    ],
    sections: [
      {
        title: 'Rules',
        entries: ruleTable.map(({ name, severity, text }) => ({ term: name, text: `(${severity}) ${text}` })),
      },
    ],
    examples: [
      { run: 'sessions validate', explains: 'Check everything.' },
      { run: 'sessions validate --severity error @last', explains: 'Is the newest session sound?' },
      { run: 'sessions validate --json | jq -r .rule | sort | uniq -c', explains: 'How often each rule was broken.' },
      { run: 'sessions validate -q --rule TORN-TAIL,GLUED', explains: 'The sessions that a crash has damaged.' },
    ],
    exits: [
      { code: 0, when: 'Everything was checked; there are notes at most.' },
      { code: 1, when: 'There are errors.' },
      { code: 2, when: 'Wrong usage, no such session, or trouble.' },
      { code: 3, when: 'Something could not be checked; there may be errors as well.' },
    ],
    seeAlso: ['sessions-show(1)', 'sessions-schema(1)', 'sessions-rollout(5)'],
  },
  run: validateSessions,
};

async function validateSessions(invocation: Invocation, io: Io): Promise<number> {
  const { options } = invocation;
  const selection = parseFindingSelection(
    { rules: options.texts('rule'), severity: options.word<Severity>('severity') },
    suggest,
  );
  const { openSessions } = await import('../engine/resolve-session.ts');
  const { resolveOperands } = await import('../engine/operands.ts');
  const sessions = openSessions(io.env, io.cwd);
  const operands = await resolveOperands(sessions, invocation.operands, io.stdin.read());
  const progress = startProgress(io);
  const printer = await openPrinter(io, printOptionsOf(invocation));
  const output = createOutput(printer, io.stdout.isTTY ? () => progress.stop() : async () => {});
  const verdict = new Verdict();
  try {
    const settings: ValidateOptions = {
      now: io.clock.now(),
      signal: io.signal,
      strictPermissions: options.flag('perms'),
      onProgress: (at) => progress.show(describeProgress(at)),
    };
    for await (const { finding, target } of findAll(sessions, invocation, operands.targets, settings)) {
      const selected = isSelected(selection, finding);
      verdict.add(finding, selected);
      if (selected) await output.print(finding, target);
    }
  } finally {
    operands.remove();
    await progress.stop();
    await output.close();
  }
  const checked =
    invocation.operands.length > 0 ? operands.targets.length : [...(await sessions.catalog()).threadIds].length;
  if (printer.mode === 'human') await io.stderr.write(`${summarise(verdict, checked)}\n`);
  if (verdict.unchecked > 0) await warn(io, describeUnchecked(verdict.unchecked));
  return verdict.exit;
}

async function* findAll(
  sessions: SessionResolver,
  { operands }: Invocation,
  targets: Target[],
  options: ValidateOptions,
): AsyncGenerator<{ finding: Finding; target: Target | null }> {
  const { validateHome, validateTarget } = await import('../engine/validate/validate.ts');
  if (operands.length === 0) {
    for await (const finding of validateHome(await sessions.catalog(), options)) yield { finding, target: null };
  }
  for (const target of targets) {
    for await (const finding of validateTarget(sessions, target, options)) yield { finding, target };
  }
}

interface Output {
  print(finding: Finding, target: Target | null): Promise<void>;
  close(): Promise<void>;
}

/** @param beforeFirst called before anything goes to the terminal */
function createOutput(printer: Printer, beforeFirst: () => Promise<void>): Output {
  const report = createFindingsReport(printer.colours);
  // A reader that has seen enough does not change the verdict.
  let last: string | null = null;
  const whileRead = untilClosed();
  return {
    async print(finding, target) {
      const subject = nameOf(finding, target);
      const isNew = subject !== last;
      if (last === null) await beforeFirst();
      last = subject;
      await whileRead(() => {
        if (printer.mode === 'human') return printer.text(report(finding));
        if (printer.mode === 'json') return printer.record(finding);
        return isNew ? printer.id(subject) : undefined;
      });
    },
    close: () => whileRead(() => printer.close()),
  };
}

/** What `-q` prints: the id of a session of the home, else the path. */
function nameOf({ thread_id: id, file }: Finding, target: Target | null): string {
  return target?.kind === 'file' ? (file ?? '-') : (id ?? file ?? '-');
}

function summarise(verdict: Verdict, checked: number): string {
  return `${checked} ${checked === 1 ? 'session' : 'sessions'}, ${countFindings(verdict.counts) || 'no findings'}`;
}

function describeUnchecked(count: number): string {
  const [findings, were] = count === 1 ? ['1 finding says', 'it was'] : [`${count} findings say`, 'they were'];
  return `${findings} that something could not be checked; ${were} left out of the list`;
}

function describeProgress({ done, of, bytes }: ValidateProgress): string {
  const megabytes = bytes >= 10_000_000 ? `, ${Math.floor(bytes / 1_000_000)} MB of it` : '';
  return `checking session ${done + 1} of ${of}${megabytes}`;
}
