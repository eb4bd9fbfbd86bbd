import type { ExitCase, Section } from '../command.ts';

/** What the manuals of `exec` and `exec resume` have in common. */
export const aboutRuns: string[] = [
  'What happens is told on standard error, and the final answer is written to standard output. PROMPT may be `-` to read it ' +
    'from standard input, which is also done without any; where a PROMPT is given and something is piped in, that is put ' +
    'behind it as a block.',
  'Commands run in a sandbox: by bubblewrap on Linux (the package `bubblewrap`), by sandbox-exec on macOS. Where there is none, ' +
    'nothing runs. What needs more is asked for on the terminal, and refused where there is no terminal; each decision is ' +
    'recorded.',
  'Ctrl-C interrupts the turn, which is recorded; the session can be resumed. A second one leaves at once.',
];

export const runSections: Section[] = [
  {
    title: 'Providers',
    paragraphs: [
      'Providers, models, policies, MCP servers and profiles are those of `config.toml` in the home, in the form that Codex ' +
        'gives them. Keys come from the environment or from `auth.json`, never from the command line. `compress` in ' +
        '`.sessions/config.toml` says when a rollout is compressed: `exit` (at the end of a run, the default), `cold` or ' +
        '`never`; Codex up to 0.120 does not see compressed sessions.',
      'The provider `scripted` plays a file: `-c model_providers.scripted.script=FILE`, YAML or NDJSON; without one, a short ' +
        'tour that needs no network. The provider `recorded` answers as a session was answered: ' +
        '`-c model_providers.recorded.session=SESSION`, from its turn `from_turn` on; the tools run anew.',
      '`man 5 sessions-config` has all keys, and the form of scripts.',
    ],
  },
];

export const runExits: ExitCase[] = [
  { code: 0, when: 'Done.' },
  { code: 1, when: 'The agent failed, or an approval ended its turn. What it did is recorded.' },
  { code: 2, when: 'Wrong usage, no such session, or trouble, such as a full disk.' },
  { code: 3, when: 'Done, but some of the history could not be read.' },
  { code: 4, when: 'There is no sandbox on this machine, or a file is not to be touched.' },
];
