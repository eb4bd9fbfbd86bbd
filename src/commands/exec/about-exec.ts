import type { ExitCase, Section } from '../command.ts';

/** What the manuals of `exec` and `exec resume` have in common. */
export const aboutRuns: string[] = [
  'What happens is told on standard error, on a terminal as it comes, and the final answer is written to standard output. With `-` as PROMPT, or without ' +
    'one, it is read from standard input. With a PROMPT, whatever comes over standard input is put behind it, as a block ' +
    '`<stdin>`, unless it is a terminal; `< /dev/null` keeps it away.',
  'Commands run in a sandbox: by bubblewrap on Linux (the package `bubblewrap`), by sandbox-exec on macOS. Where there is none, ' +
    'nothing runs. What needs more is asked for on the terminal, also where input and output are pipes, and refused where ' +
    'there is no terminal; `n: REASON` as the answer tells the agent why not. Each decision is recorded.',
  'Every file can be read but the keys in the home. `.git`, `.codex`, `.agents` and `.aws` stay read-only in folders that can ' +
    'be written to, once they are there, so that `git commit` needs an approval. Commands get the environment and the umask ' +
    'of the caller, without what looks like a secret, and no login shell; on Linux, where they only read, `TMPDIR` is an ' +
    'empty folder of each.',
  'Ctrl-C interrupts the turn, which is recorded; the session can be resumed. A second one leaves at once, and what was ' +
    'recorded until then can be resumed as well.',
];

export const runSections: Section[] = [
  {
    title: 'Settings',
    paragraphs: [
      'What no option says is as it was in the session that is resumed, else as `config.toml` in the home says. Where nothing ' +
        'says it, commands only read, and the agent asks to leave the sandbox; in a folder that `config.toml` calls trusted ' +
        'they write, and in one that it calls untrusted the agent asks before all that is not known to read only.',
    ],
  },
  {
    title: 'Providers',
    paragraphs: [
      'Providers, models, policies, MCP servers and profiles are those of `config.toml` in the home, in the form that Codex ' +
        'gives them. Keys come from the environment or from `auth.json`, never from the command line. `compress` in ' +
        '`.sessions/config.toml` says when a rollout is compressed: `exit` (at the end of a run, the default), `cold` or ' +
        '`never`; Codex up to 0.120 does not see compressed sessions. One that is held stays plain.',
      'The provider `scripted` plays a file: `-c model_providers.scripted.script=FILE`, YAML or NDJSON; without one, a short ' +
        'tour that needs no network. The provider `recorded` answers as a session was answered: ' +
        '`-c model_providers.recorded.session=SESSION`, from its turn `from_turn` on; the tools run anew.',
      '`man 5 sessions-config` has all keys, and the form of scripts.',
    ],
  },
];

/** What both can end with. */
export const runExit = {
  done: { code: 0, when: 'Done.' },
  failed: { code: 1, when: 'The agent failed, or the answer to a question ended its turn. What it did is recorded.' },
  refused: { code: 4, when: 'There is no sandbox on this machine, or a file is not to be touched.' },
  stopped: { code: 130, when: 'Interrupted by Ctrl-C; 143 by SIGTERM, 129 by SIGHUP. What the agent did is recorded.' },
} satisfies Record<string, ExitCase>;
