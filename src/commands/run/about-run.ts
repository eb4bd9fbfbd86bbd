import type { ExitCase, Section } from '../command.ts';

/** What the manuals of `run` and `resume` have in common. */
export const aboutScreens: string[] = [
  'What is finished stays on the terminal above, as if it had been printed; below it are the answer as it comes, what runs, and ' +
    'a line to type in. Enter sends, Alt-Enter or Ctrl-J makes a new line, and what is sent while the agent works waits ' +
    'until it is done. Ctrl-C interrupts the agent, and pressed twice leaves; Ctrl-T shows the whole transcript, with ' +
    'search. A `/` at the beginning offers commands, `@` offers files.',
  'Before something is done that is not simply allowed, it is shown with all that it could hide made visible, where, and how ' +
    'far it would reach: `y` allows it, pressed twice where not all of it fits, `s` shows the rest, `n` declines it, and the agent is told why if you say so, `a` ends the turn. Each ' +
    'decision is recorded. Commands run in a sandbox, as with `sessions exec`.',
  'What you type is remembered in `history.jsonl` of the home, which Codex uses as well, so that Up finds it in later sessions: ' +
    'under `[history]` in `config.toml`, `persistence = "none"` ends that, as `-c history.persistence=none` does for once, and `max_bytes` limits the file.',
  'At the end the line is printed that resumes the session.',
];

export const screenSections: Section[] = [
  {
    title: 'Keys and commands',
    entries: [
      { term: '/resume', text: 'Choose another session and go on with it; `/resume SESSION` goes straight there.' },
      { term: '/fork', text: 'Go on in a copy of this session.' },
      { term: 'Esc Esc', text: 'With nothing typed, walk back through what you said; Enter forks from before it.' },
      { term: '/name', text: 'Give this session a name.' },
      { term: '/new', text: 'Begin a new session.' },
      { term: '/compact', text: 'Let the agent summarise the conversation, which makes room.' },
      { term: '/model, /approvals', text: 'Go on with another model, or another policy of asking.' },
      {
        term: '/status, /diff, /show',
        text: 'Show how things stand, what was changed since the last commit, the transcript.',
      },
      { term: '/quit, /help', text: 'Leave; show all keys and commands.' },
    ],
  },
];

/** What both can end with. */
export const screenExits: ExitCase[] = [
  { code: 0, when: 'You left.' },
  {
    code: 2,
    when: 'Wrong usage, no such session, no terminal or one whose TERM is dumb, or trouble, such as a full disk.',
  },
  { code: 3, when: 'You left, but some of the history could not be read, so that the agent did not know it.' },
  { code: 4, when: 'There is no sandbox on this machine.' },
  { code: 5, when: 'Another process has the session open. Nothing was changed.' },
  {
    code: 129,
    when: 'The terminal was closed; 130 when Ctrl-C came before a session was open, or while it was being left; 143 after SIGTERM. What the agent did is recorded.',
  },
];
