import type { PrintOptions } from '../ui/printer.ts';
import type { Invocation, OptionSpec } from './command.ts';

/** How output is written; every command that prints records takes these. */
export const outputOptions: OptionSpec[] = [
  {
    long: 'json',
    description: 'Write one JSON object a line (NDJSON), on a terminal too. Errors become JSON as well.',
  },
  { long: 'quiet', short: 'q', description: 'Write ids only, one a line.' },
  {
    long: 'null',
    short: '0',
    description: 'End each record with a NUL byte instead of a line feed. Implies `-q` without `--json`.',
  },
  { long: 'no-color', description: 'Never colour the output.' },
  { long: 'no-pager', description: 'Never start a pager.' },
];

/** For commands that can copy the bytes of a rollout. */
export const rawOptions: OptionSpec[] = [
  { long: 'raw', description: 'Write the exact bytes of the file, decompressed and not decoded.' },
  { long: 'force', description: 'Write raw bytes to a terminal too, where they can change how it behaves.' },
];

/** Which sessions a command works on; the same everywhere. */
export const selectorOptions: OptionSpec[] = [
  { long: 'here', description: 'Sessions whose working directory is this directory.' },
  { long: 'cwd', value: 'DIR', completes: 'folder', description: 'Sessions whose working directory is DIR.' },
  {
    long: 'older-than',
    value: 'DUR',
    description:
      'Sessions left alone for longer than DUR (`30d`, `12h`, `2w`, `P30D`). One whose time lies in the future is never old.',
  },
  { long: 'newer-than', value: 'DUR', description: 'Sessions touched within DUR.' },
  {
    long: 'since',
    value: 'T',
    description: 'Sessions last updated at T or later; T is a date (`2026-11-01`, UTC) or an RFC 3339 time.',
  },
  { long: 'until', value: 'T', description: 'Sessions last updated before T.' },
  { long: 'branch', value: 'NAME', description: 'Sessions recorded on this git branch.' },
  { long: 'model', value: 'NAME', description: 'Sessions that used this model last.' },
  { long: 'source', value: 'NAME', description: 'Sessions from this source, such as `cli`, `exec` or `vscode`.' },
  { long: 'name', value: 'GLOB', description: 'Sessions whose name matches GLOB (`*`, `?`, `[a-z]`).' },
  {
    long: 'archived',
    value: 'only',
    valueOptional: true,
    values: ['only'],
    description: 'Archived sessions too; with `=only`, nothing else.',
  },
  { long: 'limit', value: 'N', description: 'At most N sessions.' },
  {
    long: 'sort',
    value: 'KEY',
    values: ['created', 'updated', 'size', 'tokens'],
    description: 'Sort by this key, largest or newest first; `updated` if not given.',
  },
  { long: 'reverse', description: 'Turn the order round.' },
];

/** Selectors of a command that takes archived sessions without being asked to. */
export function selectorsOfAll(taken: string): OptionSpec[] {
  const description = `With \`=only\`, archived sessions alone; they are ${taken} anyway.`;
  return selectorOptions.map((option) => (option.long === 'archived' ? { ...option, description } : option));
}

/** What the printer needs to know, from the options of an invocation. */
export function printOptionsOf({ options }: Invocation): PrintOptions {
  return {
    json: options.has('json'),
    quiet: options.has('quiet'),
    null: options.has('null'),
    color: !options.has('no-color'),
    pager: !options.has('no-pager'),
  };
}

/** Which kinds of events; `show` and `export` take them alike. */
export const kindOptions: OptionSpec[] = [
  {
    long: 'msg-type',
    value: 'TYPE',
    repeatable: true,
    description: 'Only `EventMsg` events of this kind: `TokenCount` or `token_count`.',
  },
  {
    long: 'item-type',
    value: 'TYPE',
    repeatable: true,
    description: 'Only `ResponseItem` events of this kind, such as `tool_call`.',
  },
];
