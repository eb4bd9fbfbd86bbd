import { Failure, worstExit } from '../base/failure.ts';
import type { Io } from '../base/io.ts';
import type { SearchHit } from '../engine/search/hit.ts';
import type { Pattern } from '../engine/search/pattern.ts';
import { openPrinter, type Printer } from '../ui/printer.ts';
import { startProgress } from '../ui/progress.ts';
import type { Command, Invocation } from './command.ts';
import { printCount } from './frame/print-count.ts';
import { createProblemLog } from './frame/problem-log.ts';
import { readSelectors } from './frame/read-selectors.ts';
import { outputOptions, printOptionsOf, selectorOptions } from './options.ts';
import { createHitList } from './search/hit-list.ts';

export const search: Command = {
  spec: {
    name: 'search',
    group: 'look',
    summary: 'find what was said and done in sessions',
    synopsis: ['[options] QUERY [SESSION|FILE]...', '[options] QUERY -'],
    description: [
      'Finds the messages of the user and the agent, and the tool calls, that hold all words of QUERY, in any case and order. ' +
        '`"two words"` must follow each other, `wor*` begins a word. `user:`, `agent:` and `tool:` before a word say where it ' +
        'must stand, `cwd:` asks for it in the working directory: `sessions search \'tool:rm user:"clean up"\'`. Where several of ' +
        'them are named, the session must have all.',
      'With `--fixed` QUERY is a text, with `--regex` a JavaScript regular expression, both in exact case unless `-i` is given; ' +
        'they are matched with the decoded text of each message, command or argument. With `--all` everything recorded is ' +
        'searched: outputs of tools, reasoning, context and book-keeping too.',
      'On a terminal, lists the sessions with the lines that were found; in a pipe, or with `--json`, writes one hit an object ' +
        'a line (schema `search-hit`). With `-q`, only the ids of sessions with hits. What a fork refers to in its parent is found ' +
        'in the parent only.',
      'Words are looked up in an index, `state.db` in the home, which holds a copy of the texts that words are searched in. Each ' +
        'search first brings it in step with the files; the first one reads them all, which takes a while. It only ever saves ' +
        'time: what it finds stands in the files, and it can be deleted. Where it cannot be written, where a file cannot be ' +
        'read in whole, for named sessions, and with `--no-index`, `--all`, `--fixed` or `--regex`, the files are searched.',
      'Texts of sessions whose memory mode is `disabled` stay out of the index, and leave it, with their traces on the disk, at ' +
        'the first search after the mode was switched off. They are found all the same, because their files are searched.',
      'By the index, the session with the best match comes first (BM25: rare words and short texts count more), and sessions ' +
        'that are searched in their files come last; with `--sort` or `--reverse`, and without the index, sessions come in ' +
        'that order, the one updated last first. The hits of a session come in the order of its lines.',
      'A damaged index is made anew, with a warning. A damaged text is noticed when it is about to be shown; damage to the ' +
        'lists of words may hide a hit until `sessions index rebuild` makes them anew.',
      'A regular expression that takes longer than a second on one text ends the search: `REGEX-TIMEOUT`, exit 2.',
    ],
    operands: [
      { name: 'QUERY', min: 1, max: 1 },
      { name: 'SESSION', min: 0, max: Number.POSITIVE_INFINITY, completes: 'session' },
    ],
    options: [
      { long: 'fixed', short: 'F', description: 'QUERY is a text to be found as it stands.' },
      { long: 'regex', short: 'E', description: 'QUERY is a regular expression.' },
      { long: 'ignore-case', short: 'i', description: 'Take upper and lower case for the same. Words always do.' },
      { long: 'all', short: 'a', description: 'Search everything recorded, outputs of tools too.' },
      { long: 'no-index', description: 'Search the files themselves and leave the index alone.' },
      { long: 'count', short: 'c', description: 'Write the number of hits only.' },
      ...selectorOptions.map((option) =>
        option.long === 'limit' ? { ...option, description: 'At most N hits; with `-q`, N sessions.' } : option,
      ),
      ...outputOptions,
    ],
    examples: [
      { run: 'sessions search --here parser test', explains: 'Messages of this directory with both words.' },
      { run: 'sessions search -q tool:rm', explains: 'The sessions that called rm.' },
      { run: 'sessions search --fixed --all "ECONNREFUSED 127.0.0.1"', explains: 'An error, wherever it was seen.' },
      {
        run: "sessions search --regex 'sk-[A-Za-z0-9]{20,}' --all --json | jq -r .path",
        explains: 'Files with something like a key in them.',
      },
    ],
    exits: [
      { code: 0, when: 'Something was found.' },
      { code: 1, when: 'Nothing was found.' },
      { code: 2, when: 'Wrong usage, no such session, trouble, or REGEX-TIMEOUT.' },
      { code: 3, when: 'Something could not be read or decoded; everything else was searched.' },
    ],
    seeAlso: ['sessions-ls(1)', 'sessions-show(1)', 'sessions-schema(1)'],
  },
  run: searchSessions,
};

async function searchSessions(invocation: Invocation, io: Io): Promise<number> {
  const { options } = invocation;
  const [query = '', ...named] = invocation.operands;
  const { openSessions } = await import('../engine/resolve-session.ts');
  const { resolveOperands } = await import('../engine/operands.ts');
  const { compilePattern } = await import('../engine/search/pattern.ts');
  const { searchHome } = await import('../engine/search/search-home.ts');
  const { searchWords } = await import('../engine/search/text-index.ts');
  const pattern = await patternOf(query, invocation);
  compilePattern(pattern);
  const selectors = readSelectors(options, io);
  const sessions = openSessions(io.env, io.cwd);
  const operands = await resolveOperands(sessions, named, io.stdin.read());
  const problems = createProblemLog(io);
  const progress = startProgress(io);
  const printer = await openPrinter(io, printOptionsOf(invocation));
  const output = createOutput(printer, options.flag('count'));
  try {
    const request = {
      all: options.flag('all'),
      targets: named.length > 0 ? operands.targets : null,
      selectors,
      isSorted: options.has('sort') || options.has('reverse'),
      clock: io.clock,
      signal: io.signal,
      report: problems.report,
      onProgress: (done: number, of: number) => progress.show(`searching: ${done} of ${of}`),
    };
    const found =
      pattern.kind === 'words'
        ? searchWords(sessions, pattern.query, {
            ...request,
            env: io.env,
            cwd: io.cwd,
            useIndex: !options.flag('no-index'),
            onIndexing: (done, of) => progress.show(`bringing the index in step: ${done} of ${of}`),
          })
        : searchHome(sessions, { ...request, pattern });
    const limit = selectors.limit ?? Number.POSITIVE_INFINITY;
    if (limit > 0) {
      for await (const hits of found) {
        if (io.stdout.isTTY) await progress.stop();
        for (const hit of hits) if (output.total < limit) await output.print(hit);
        if (output.total >= limit) break;
      }
    }
    await output.end();
  } finally {
    operands.remove();
    await progress.stop();
    await printer.close();
  }
  await problems.print();
  return worstExit(problems.exit, output.total > 0 ? 0 : 1);
}

async function patternOf(query: string, { options }: Invocation): Promise<Pattern> {
  const ignoreCase = options.flag('ignore-case');
  if (options.flag('fixed') && options.flag('regex')) {
    throw new Failure('usage', '--fixed and --regex are two ways to read the query');
  }
  if (options.flag('fixed')) return { kind: 'fixed', text: query, ignoreCase };
  if (options.flag('regex')) return { kind: 'regex', source: query, ignoreCase };
  const { parseQuery } = await import('../engine/search/query.ts');
  return { kind: 'words', query: parseQuery(query) };
}

interface Output {
  /** Hits, or with `-q` sessions, so far. */
  readonly total: number;
  print(hit: SearchHit): Promise<void>;
  end(): Promise<void>;
}

function createOutput(printer: Printer, isCount: boolean): Output {
  const seen = new Set<string>();
  const list = createHitList(printer);
  let total = 0;
  return {
    get total() {
      return total;
    },
    async print(hit) {
      const id = hit.thread_id ?? hit.path;
      if (printer.mode === 'ids') {
        if (seen.has(id)) return;
        seen.add(id);
      }
      total++;
      if (isCount) return;
      if (printer.mode === 'ids') await printer.id(id);
      else if (printer.mode === 'json') await printer.record(hit);
      else await printer.text(list(hit));
    },
    async end() {
      if (isCount) await printCount(total, printer);
    },
  };
}
