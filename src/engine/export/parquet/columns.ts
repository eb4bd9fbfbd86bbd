/**
 * The columns of both tables, in order. New ones come at the end; none changes its meaning. `date` is the name of the folder, and in
 * no file.
 */
export const eventColumns: readonly ParquetColumn[] = [
  ['thread_id', 'text', 'the session'],
  ['seq', 'integer!', 'position in the event stream, counted from 0'],
  ['timestamp', 'time', 'when it was recorded (UTC, microseconds)'],
  ['turn', 'integer!', 'recorded turn, counted from 1; 0 before the first'],
  ['type', 'text!', '`EventMsg`, `ResponseItem`, …'],
  ['kind', 'text!', 'the inner type where there is one (`UserMessage`, `tool_call`), else the type'],
  ['role', 'text', 'of a message'],
  ['text', 'long', 'what was said, asked, answered: the text of a message, arguments of a call, output of a tool'],
  ['tool', 'text', 'name of the tool that is called'],
  ['call_id', 'text', 'what ties a call and its result together'],
  ['command', 'long', 'the command line, for tools that run one'],
  ['exit_code', 'integer', 'of the command'],
  ['duration_ms', 'number', 'milliseconds, where they are recorded'],
  ['status', 'text', 'how it ended, where that is recorded'],
  ['model', 'text', 'the model at this moment; only with a count of tokens'],
  [
    'input_tokens',
    'integer',
    'tokens used since the count before: these add up to what the session used; over several sessions, leave out those with inherited_from, which another session used',
  ],
  ['cached_input_tokens', 'integer', 'of these, cached'],
  ['output_tokens', 'integer', 'tokens written'],
  ['reasoning_output_tokens', 'integer', 'of these, for reasoning'],
  ['total_tokens', 'integer', 'all of them'],
  ['last_input_tokens', 'integer', 'tokens of the latest request, as recorded; often recorded twice'],
  ['last_cached_input_tokens', 'integer', 'of these, cached'],
  ['last_output_tokens', 'integer', 'tokens written'],
  ['last_reasoning_output_tokens', 'integer', 'of these, for reasoning'],
  ['last_total_tokens', 'integer', 'all of them'],
  ['running_input_tokens', 'integer', 'running total of the session, as recorded'],
  ['running_cached_input_tokens', 'integer', 'of these, cached'],
  ['running_output_tokens', 'integer', 'tokens written'],
  ['running_reasoning_output_tokens', 'integer', 'of these, for reasoning'],
  ['running_total_tokens', 'integer', 'all of them'],
  ['rolled_back', 'boolean!', 'whether it is no longer in effect'],
  ['inherited_from', 'text', 'the session that it was recorded in, when that is another one'],
  ['line', 'integer', 'line in its file, counted from 1'],
  ['event', 'long!', 'the whole event as JSON, see the schema `event`'],
];

export const sessionColumns: readonly ParquetColumn[] = [
  ['thread_id', 'text', 'the session'],
  ['name', 'text', 'the name that its user gave it'],
  ['first_message', 'long', 'what the user typed first'],
  ['cwd', 'text', 'working directory'],
  ['git_branch', 'text', 'branch that it was recorded on'],
  ['git_sha', 'text', 'commit that it was recorded on'],
  ['model', 'text', 'model used last'],
  ['model_provider', 'text', 'who serves it'],
  ['source', 'text', '`cli`, `exec`, `vscode`, …'],
  ['created_at', 'time', 'when it began (UTC)'],
  ['updated_at', 'time', 'time of its last record'],
  ['parent_thread_id', 'text', 'the session that started it'],
  ['turns', 'integer!', 'recorded turns'],
  ['tool_calls', 'integer!', 'recorded tool calls'],
  ['tokens_used', 'integer', 'running total at its end'],
  ['input_tokens', 'integer!', 'tokens that it used itself, without what it inherited'],
  ['cached_input_tokens', 'integer!', 'of these, cached'],
  ['output_tokens', 'integer!', 'tokens written'],
  ['reasoning_output_tokens', 'integer!', 'of these, for reasoning'],
  ['total_tokens', 'integer!', 'all of them'],
  ['archived', 'boolean!', 'whether it lies in the archive'],
  ['size_bytes', 'integer!', 'bytes of its files'],
  ['events', 'integer!', 'events that were exported'],
  ['lost', 'integer!', 'lines that could not be decoded'],
  ['path', 'text', 'its current file'],
];

/** Name, type, and what it says. A `!` behind the type: it is never null. */
export type ParquetColumn = readonly [name: string, type: ColumnType | `${ColumnType}!`, text: string];

/** `long` is a text too, of which no smallest and largest value is kept. */
export type ColumnType = 'text' | 'long' | 'integer' | 'number' | 'boolean' | 'time';

/** One value for each column: integers and times (microseconds since the epoch) as bigint. */
export type ParquetRow = readonly (string | bigint | number | boolean | null)[];
