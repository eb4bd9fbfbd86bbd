import { eventColumns, type ParquetColumn, sessionColumns } from '../../engine/export/parquet/columns.ts';
import type { CommandSpec } from '../command.ts';

const typeNames = {
  text: 'STRING',
  long: 'STRING',
  integer: 'INT64',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
  time: 'TIMESTAMP',
};

/** What the manual says of formats that other programs read by their columns and names. */
export const formatSections: NonNullable<CommandSpec['sections']> = [
  { title: 'Parquet: columns of events/', entries: eventColumns.map(columnEntry) },
  { title: 'Parquet: columns of sessions/', entries: sessionColumns.map(columnEntry) },
  {
    title: 'Parquet: the folder',
    entries: [
      {
        term: 'date=YYYY-MM-DD',
        text: 'The UTC day of the event, or of the beginning of the session; `date=__HIVE_DEFAULT_PARTITION__` where there is none. Columns may be added at the end in later versions; none changes its meaning.',
      },
      {
        term: '_manifest.jsonl',
        text: 'The sessions that it holds, those that could not be exported, and its files with their checksums. As long as not everything is there, the folder has a name that ends in `.partial`.',
      },
      { term: '_losses.jsonl', text: 'What could not be carried, by session and kind (schema `export-loss`).' },
    ],
  },
  {
    title: 'OpenTelemetry: spans',
    entries: [
      {
        term: 'session',
        text: 'The whole session. Its trace id is the id of the session; span ids are made of it, so that another export gives the same. Links lead to the sessions that it was forked from or started by; what it inherited is in their traces.',
      },
      {
        term: 'invoke_agent AGENT',
        text: 'A turn, with the tokens that it used. An aborted or failed one is an error.',
      },
      {
        term: 'chat MODEL',
        text: 'A request to the model, where its use of tokens is recorded: from the end of what it was asked until that record.',
      },
      {
        term: 'execute_tool TOOL',
        text: 'A tool call, from its record to that of its result. It is an error when the tool failed, was declined or aborted, or ended with another exit code than 0.',
      },
      {
        term: 'names',
        text: 'Attributes are those of the OpenTelemetry semantic conventions 1.41 for GenAI, which are still in development; what they have no name for begins with `agent_sessions.`. Messages, arguments and outputs are left out without `--content`, as the conventions advise, and are cut at 32,000 characters with it. Command lines are arguments.',
      },
    ],
  },
  {
    title: 'OpenTelemetry: environment of --endpoint',
    entries: [
      {
        term: 'OTEL_EXPORTER_OTLP_HEADERS',
        text: 'Headers of each request, such as keys: `name=value,name=value`, percent-encoded.',
      },
      { term: 'OTEL_EXPORTER_OTLP_TIMEOUT', text: 'Milliseconds to wait for each answer; 10000 if not set.' },
      { term: 'OTEL_EXPORTER_OTLP_COMPRESSION', text: '`gzip` or `none`; `none` if not set.' },
      {
        term: 'OTEL_EXPORTER_OTLP_TRACES_…',
        text: 'The same for traces only; these come first. Requests are repeated after 429, 502, 503, 504 and when the endpoint cannot be reached, up to six times, and not before `Retry-After`.',
      },
    ],
  },
];

function columnEntry([name, type, text]: ParquetColumn): { term: string; text: string } {
  return { term: name, text: `${text} (${typeNames[type.replace('!', '') as keyof typeof typeNames]}).` };
}
