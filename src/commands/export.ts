import { formats } from '../engine/export/formats.ts';
import { columns } from '../engine/export/tables/columns.ts';
import type { Command, OptionSpec } from './command.ts';
import { formatSections } from './export/format-sections.ts';
import { kindOptions, selectorOptions } from './options.ts';
import { redactionOptions } from './redact/rule-options.ts';

const filterOptions: OptionSpec[] = [
  { long: 'turn', value: 'A..B', description: 'Only turns A to B, as in `sessions show`.' },
  { long: 'type', value: 'TYPE', repeatable: true, description: 'Only events of this type, as in `sessions show`.' },
  ...kindOptions,
];

const exportOptions: OptionSpec[] = [
  {
    long: 'format',
    value: 'F',
    values: formats.map(({ name }) => name),
    description: 'What to write, see Formats; `ndjson` if not given.',
  },
  {
    long: 'output',
    short: 'o',
    value: 'PATH',
    completes: 'file',
    description:
      'Where to write it: a file, which is compressed when its name ends in `.zst`, or a folder with `--split`. `-`, or nothing, is standard output. A device, a pipe or a descriptor, such as `/dev/null`, is written to as it comes. A bundle is a folder, unless the name ends in `.tar` or `.tar.zst`.',
  },
  {
    long: 'split',
    description:
      'Write a folder with a file for each session, named by its id, with a manifest (schema `export-manifest`), which names what could not be exported, too, and a report of losses.',
  },
  {
    long: 'force',
    description:
      'Replace the file that is there, or a folder that holds nothing but what an export has made, unchanged, and what a run that did not end has left as `NAME.partial`. What is of somebody else stays, and is named. Write raw bytes to a terminal, too.',
  },
  {
    long: 'table',
    value: 'TABLE',
    values: Object.keys(columns),
    description:
      'For csv and tsv, what a row stands for: a tool call, a turn, a count of tokens, a session; `calls` if not given.',
  },
  {
    long: 'csv-raw',
    description:
      "For csv and tsv: leave cells as they are that a spreadsheet would take for a formula. Otherwise they get a `'` in front.",
  },
  {
    long: 'content',
    description:
      'For otlp: carry messages, arguments and outputs of tools, and errors in words, which is otherwise left out.',
  },
  {
    long: 'endpoint',
    value: 'URL',
    description:
      'For otlp: send the spans to a collector (OTLP/HTTP, to URL/v1/traces) instead of writing them. Keys that it wants come from OTEL_EXPORTER_OTLP_HEADERS, never from the command line.',
  },
  {
    long: 'all',
    short: 'a',
    description: 'For text: everything in full, as `sessions show --all` does it.',
  },
  {
    long: 'key',
    value: 'FILE',
    completes: 'file',
    description:
      'For bundle: sign it with this SSH key; of a key that `ssh-agent` has, FILE is the public one. If not given, `seal.key` of `.sessions/config.toml` says which; without either, it is not signed.',
  },
  { long: 'raw', description: 'The same as `--format raw`.' },
  ...redactionOptions,
  {
    long: 'no-validate',
    description: 'Do not check against the published schemas what is written, which takes about as long as the rest.',
  },
  {
    long: 'losses',
    value: 'FILE',
    completes: 'file',
    description:
      'Where to write what the format could not carry, by session and kind (NDJSON, schema `export-loss`); if not given, `NAME.losses.jsonl` beside the file of a format that loses something, unless `--quiet` is; with `--force`, such a report of an older export of that name is replaced or removed, and no other file.',
  },
];

export const exportCommand: Command = {
  spec: {
    name: 'export',
    group: 'audit',
    summary: 'write sessions in other formats',
    synopsis: ['[options] SESSION|FILE...', '[options] -', '[options] SELECTOR...'],
    description: [
      'Writes the whole recorded content of the sessions given, of those that standard input names, or of all that the ' +
        'selectors let through. With both, the selectors choose among those given. What was rolled back or inherited is marked as such.',
      'A file gets its name when it is whole: until then it is called `NAME.partial`, and it is never put in the place of ' +
        'another one without `--force`. A session is exported as it is when it is opened, whatever is written to it meanwhile. Its ' +
        'output depends on it alone, so that the same session gives the same bytes.',
      'Each record is checked against its published schema as it is written: events, lines of a raw copy (schema `rollout-line`), documents, ' +
        'spans, manifests and reports. Where one does not fit, all is written, the output keeps the name that ends in `.partial`, and the exit code is 1.',
      'What a format cannot carry is counted, reported in a file beside the output, or in the folder, and said on standard error at the end.',
      'A session that cannot be opened is left out: standard error says so, the manifest of a folder, and the exit code; a single file says nothing of it itself.',
      'Exports are readable by their owner alone, as what they hold is.',
      'A bundle holds the files of the sessions, those of others that they refer to, and the journal, holds and tombstones of the whole home, because what is missing ' +
        'shows only in all of it; with `--redact` these stay out, and so do the names of who made it and who may sign, but not the log of the seals, which has the ids of all sessions that were ever sealed. It is signed as a whole, where there is a key. It records when, where and by whom it was made; the time is that of SOURCE_DATE_EPOCH, where that is set, ' +
        'and then the same sessions give the same bytes.',
    ],
    operands: [{ name: 'SESSION', min: 0, max: Number.POSITIVE_INFINITY, completes: 'session' }],
    options: [
      ...exportOptions,
      ...filterOptions,
      ...selectorOptions,
      { long: 'no-index', description: 'For selectors, read the files themselves and leave the index alone.' },
      {
        long: 'quiet',
        short: 'q',
        description:
          'Say nothing of losses and of what was redacted, and write no report of losses that was not asked for.',
      },
      { long: 'json', description: 'Write errors as JSON objects.' },
    ],
    sections: [
      { title: 'Formats', entries: formats.map(({ name, summary }) => ({ term: name, text: `${summary}.` })) },
      ...Object.entries(columns).map(([table, list]) => ({
        title: `Columns of --table ${table}`,
        entries: list.map(([name, text]) => ({ term: name, text: `${text}.` })),
      })),
      ...formatSections,
    ],
    examples: [
      { run: 'sessions export @last > last.jsonl', explains: 'The events of the newest session.' },
      {
        run: 'sessions export --older-than 30d --cwd ~/shop -o shop.jsonl.zst',
        explains: 'Everything old of one project, compressed.',
      },
      {
        run: `sessions export -o X.jsonl.zst ID; zstd -dc X.jsonl.zst | jq 'select(.type == "ResponseItem" and .item.type == "tool_call")'`,
        explains: 'The tool calls of a compressed export.',
      },
      {
        run: 'sessions ls -q | sessions export --format markdown --split -o sessions-md -',
        explains: 'Every session as a document of its own.',
      },
      {
        run: 'sessions export --format csv --table turns --since 2026-11-01 -o turns.csv',
        explains: 'What was asked and used since the first of November.',
      },
      {
        run: `sessions export --format parquet --since 2026-11-01 -o fleet; duckdb -c "SELECT tool, count(*) FROM read_parquet('fleet/events/**/*.parquet', hive_partitioning=true) WHERE kind = 'tool_call' GROUP BY tool"`,
        explains: 'Which tools were called how often.',
      },
      {
        run: 'sessions export --format otlp --endpoint http://localhost:4318 @last',
        explains: 'The newest session in the collector of this machine.',
      },
      {
        run: 'sessions ls -q --archived | sessions export --format bundle -o case-7.tar -',
        explains: 'Everything, for an auditor: `sessions verify case-7.tar`, or the `verify.sh` in it, checks it.',
      },
    ],
    exits: [
      { code: 0, when: 'Everything was exported.' },
      {
        code: 1,
        when: 'No session is like this, and nothing was written; or a record does not fit its schema, or a file is not one that is read, and the rest was exported.',
      },
      { code: 2, when: 'Wrong usage, no such session, something is there already, or trouble, such as a full disk.' },
      {
        code: 3,
        when: 'Something could not be read or decoded, or an endpoint rejected spans; everything else was exported.',
      },
      { code: 4, when: 'Raw bytes to a terminal without `--force`.' },
      { code: 5, when: 'Another run writes the same file.' },
      { code: 129, when: 'Stopped by SIGHUP; nothing is left of the output.' },
      { code: 130, when: 'Stopped by SIGINT; the same.' },
      { code: 141, when: 'The reader closed the pipe.' },
      { code: 143, when: 'Stopped by SIGTERM; the same.' },
    ],
    seeAlso: [
      'sessions-show(1)',
      'sessions-ls(1)',
      'sessions-import(1)',
      'sessions-verify(1)',
      'sessions-validate(1)',
      'sessions-events(5)',
      'sessions-schema(1)',
    ],
  },
  run: async (invocation, io) => (await import('./export/run-export.ts')).runExport(invocation, io),
};
