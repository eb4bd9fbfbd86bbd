import { type CommandGroup, type CommandSpec, commandGroups, type ExitCase, type Section } from '../command.ts';

/** What `sessions help` and sessions(1) say about the program as a whole. */
export const overview = {
  summary: 'list, show and check the sessions of coding agents',
  synopsis: ['COMMAND [options] [SESSION|FILE|-]...', 'help [COMMAND]', '--version'],
  description: [
    'sessions works on the home of the Codex CLI: the folder that `CODEX_HOME` names, else `~/.codex`. It reads every ' +
      'generation of its session files, plain or compressed with zstd, and never changes a file to read it.',
    'Data goes to standard output and everything else to standard error. On a terminal that is a table or a readable ' +
      'transcript; in a pipe it is NDJSON, one JSON object a line, whose schemas `sessions schema` lists.',
  ],
  sections: [
    {
      title: 'Naming a session',
      entries: [
        { term: 'ID', text: 'The id of a session, or a beginning of it that fits only one.' },
        { term: 'NAME', text: 'Its name. A name that fits several sessions is refused, with the candidates.' },
        { term: '@last', text: 'The session that was updated last.' },
        { term: 'FILE', text: 'A rollout file: an argument with a slash, or one that ends in .jsonl or .jsonl.zst.' },
        { term: '-', text: 'Ids, one a line, or rows of sessions ls, on standard input.' },
      ],
    },
    {
      title: 'Environment',
      entries: [
        { term: 'CODEX_HOME', text: 'The home to work on; `~/.codex` if not set.' },
        { term: 'OPENAI_API_KEY', text: 'The key for the model provider openai; only runs of an agent read it.' },
        { term: 'NO_COLOR', text: 'No colours, when it is set and not empty.' },
        { term: 'PAGER', text: 'The pager for long output on a terminal; less if not set, none if empty.' },
        { term: 'SESSIONS_DEBUG', text: 'Show where in the program an error came from.' },
      ],
    },
  ] satisfies Section[],
  exits: [
    { code: 0, when: 'Done, or nothing to complain about.' },
    { code: 1, when: 'There are findings, nothing matched, or the verdict is no.' },
    { code: 2, when: 'A wrong option, argument or name, or the operating system refused.' },
    { code: 3, when: 'Some bytes could not be read or were over a limit; everything else was delivered.' },
    { code: 4, when: 'Refused for safety.' },
    { code: 5, when: 'Another process holds the lock.' },
    { code: 129, when: 'Stopped by SIGHUP.' },
    { code: 130, when: 'Stopped by SIGINT (Ctrl-C).' },
    { code: 141, when: 'The reader of the output went away.' },
    { code: 143, when: 'Stopped by SIGTERM.' },
  ] satisfies ExitCase[],
};

/** The commands under the titles of their groups; a group without commands is left out. */
export function groupCommands(specs: readonly CommandSpec[]): { title: string; specs: CommandSpec[] }[] {
  return commandGroups
    .map((group) => ({ title: groupTitles[group], specs: specs.filter((spec) => spec.group === group) }))
    .filter(({ specs: members }) => members.length > 0);
}

const groupTitles: Record<CommandGroup, string> = {
  look: 'Look at sessions',
  audit: 'Check and hand over sessions',
  keep: 'Keep sessions in order',
  run: 'Run an agent',
  other: 'Other',
};
