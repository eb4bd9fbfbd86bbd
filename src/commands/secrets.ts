import { exitCodes, worstExit } from '../base/failure.ts';
import type { Io } from '../base/io.ts';
import type { SecretFinding } from '../engine/redact/finding.ts';
import { openPrinter } from '../ui/printer.ts';
import { startProgress } from '../ui/progress.ts';
import type { Command, Invocation } from './command.ts';
import { createProblemLog } from './frame/problem-log.ts';
import { outputOptions, printOptionsOf, selectorsOfAll } from './options.ts';
import { readRuleOptions, ruleOptions, ruleSection } from './redact/rule-options.ts';
import { chooseScanned } from './secrets/choose-scanned.ts';
import { createFindingOutput } from './secrets/finding-output.ts';

export const secrets: Command = {
  spec: {
    name: 'secrets',
    group: 'audit',
    summary: 'find keys, tokens and passwords in sessions',
    synopsis: ['[options] [SESSION|FILE]...', '[options] -'],
    description: [
      'Looks for secrets in everything that sessions hold: messages, calls of tools and what they gave, JSON in texts at any depth, ' +
        'base64, hexadecimal and URL-encoded text, entities of HTML and escapes of code, tokens that a terminal or a tool has broken over ' +
        'lines or coloured. Without an argument, in the whole home, archived sessions included.',
      'Nothing is changed, and no secret is printed: a finding has the rule, the place, the beginning that all secrets of its kind ' +
        'have, and a hash. On a terminal, a table by session; in a pipe, or with `--json`, one finding a line (schema ' +
        '`secret-finding`), and nothing where there is none. With `-q`, only the ids of sessions that have findings.',
      'The hash is an HMAC with the `salt` of the run, so that a secret that you have can be looked for in a report: whoever has the report ' +
        'can try guesses, too, and finds what is short, such as a password of a few letters.',
      'What is about persons only (`low`: e-mail, names in paths) is left out unless `--personal` or its rule is given. ' +
        'Not found are secrets that nothing tells from other words, those in pictures, and those of which a ' +
        'part stands in another record. What was found by what stood around it, and is no word or number, is from then on found wherever ' +
        'it stands, until the run ends: not before it.',
      'A secret that was sent to a model is known outside of this machine: replace it where it is used, whatever becomes of the session.',
    ],
    operands: [{ name: 'SESSION', min: 0, max: Number.POSITIVE_INFINITY, completes: 'session' }],
    options: [
      ...ruleOptions,
      {
        long: 'personal',
        description: 'Also what is about persons: addresses of e-mail, user names in paths, numbers of cards.',
      },
      ...selectorsOfAll('searched'),
      { long: 'no-index', description: 'Read the files themselves and leave the index alone.' },
      ...outputOptions,
    ],
    sections: [ruleSection],
    examples: [
      { run: 'sessions secrets', explains: 'Is there a key in any session?' },
      { run: 'sessions secrets --here --newer-than 1d', explains: 'In what was done here since yesterday.' },
      { run: 'sessions secrets --json | jq -r .rule | sort | uniq -c', explains: 'How many of each kind.' },
      { run: 'sessions secrets -q --rule github-token', explains: 'The sessions with tokens of GitHub.' },
      {
        run: 'sessions secrets --rules team.yaml --ignore named-secret @last',
        explains: 'With rules of your own, and one less.',
      },
    ],
    exits: [
      { code: 0, when: 'Everything was searched, and nothing was found.' },
      { code: 1, when: 'Something was found.' },
      { code: 2, when: 'Wrong usage, no such session or rule, trouble, or a rule of your own that takes too long.' },
      { code: 3, when: 'Something could not be read or decoded; there may be findings as well.' },
    ],
    seeAlso: ['sessions-redact(1)', 'sessions-export(1)', 'sessions-validate(1)', 'sessions-schema(1)'],
  },
  run: findSecrets,
};

async function findSecrets(invocation: Invocation, io: Io): Promise<number> {
  const { options } = invocation;
  const { openSessions } = await import('../engine/resolve-session.ts');
  const { openRedactor } = await import('../engine/redact/open-redactor.ts');
  const { scanSessions } = await import('../engine/redact/scan-sessions.ts');
  let found: SecretFinding[] = [];
  const redactor = await openRedactor({
    ...readRuleOptions(options, io, options.text('rules')),
    severity: options.flag('personal') ? 'low' : 'medium',
    // What nobody can read is no finding.
    keepsOpaque: true,
    onFinding: (finding) => found.push(finding),
  });
  const sessions = openSessions(io.env, io.cwd);
  const problems = createProblemLog(io);
  const progress = startProgress(io);
  const chosen = await chooseScanned(sessions, invocation, io, problems.report, (text) => progress.show(text));
  const printer = await openPrinter(io, printOptionsOf(invocation));
  const output = createFindingOutput(printer, io.stdout.isTTY ? () => progress.stop() : async () => {});
  try {
    const scan = scanSessions(sessions, {
      targets: chosen.targets,
      redactor,
      take: () => found.splice(0),
      isOwnOnly: chosen.isHome,
      signal: io.signal,
      report: problems.report,
      onProgress: (done, of) => progress.show(`searching session ${done + 1} of ${of}`),
    });
    for await (const { target, findings } of scan) for (const finding of findings) await output.print(finding, target);
  } finally {
    found = [];
    chosen.remove();
    await progress.stop();
    await output.close();
  }
  if (printer.mode === 'human') await io.stderr.write(`${output.summary(chosen.targets.length)}\n`);
  await problems.print();
  return worstExit(problems.exit, output.total > 0 ? exitCodes.findings : 0);
}
