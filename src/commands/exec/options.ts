import type { OptionSpec } from '../command.ts';

/** What `exec` and `exec resume` have in common. */
export const runOptions: OptionSpec[] = [
  {
    long: 'json',
    description:
      'Write the event stream to standard output, one JSON object a line, as it happens (schema `event`): the records, and between them the pieces of answers. A `StreamError` says that the pieces since the last record are void, and come again. Errors become JSON as well.',
  },
  {
    long: 'print-id',
    description:
      'Write the id of the session to standard output at the end, and nothing else; also when the agent failed. The answer goes to standard error.',
  },
  {
    long: 'output-last-message',
    short: 'o',
    value: 'FILE',
    completes: 'file',
    description: 'Write the final answer into FILE, too; what was there is replaced.',
  },
  {
    long: 'output-schema',
    value: 'FILE',
    completes: 'file',
    description: 'A JSON Schema that the model is asked to follow in its answer; the answer is not checked.',
  },
  {
    long: 'image',
    short: 'i',
    value: 'FILE',
    repeatable: true,
    completes: 'file',
    description: 'Show the model an image (PNG, JPEG, GIF, WebP). May be given several times.',
  },
  { long: 'cd', short: 'C', value: 'DIR', completes: 'folder', description: 'Work in DIR instead.' },
  {
    long: 'add-dir',
    value: 'DIR',
    repeatable: true,
    completes: 'folder',
    description: 'Let commands write in DIR, too, where `--sandbox` is `workspace-write`. May be given several times.',
  },
  { long: 'model', short: 'm', value: 'NAME', description: 'Use this model.' },
  {
    long: 'provider',
    value: 'NAME',
    offers: ['openai', 'ollama', 'lmstudio', 'scripted', 'recorded'],
    description:
      'Use this model provider: `openai`, `ollama`, `lmstudio`, `scripted`, `recorded`, or one of `config.toml`.',
  },
  {
    long: 'sandbox',
    short: 's',
    value: 'MODE',
    values: ['read-only', 'workspace-write', 'danger-full-access'],
    description:
      'How far commands may reach: they only read; they write in the working directory and `/tmp`, without a network; or they are not kept from anything.',
  },
  {
    long: 'ask-for-approval',
    short: 'a',
    value: 'POLICY',
    values: ['untrusted', 'on-request', 'never'],
    description:
      'When to ask before something is done: before all but commands that are known to only read; when the agent wants to leave the sandbox; or never, which declines it.',
  },
  {
    long: 'ephemeral',
    description: 'Leave no trace in the home: no file, no row in the index, nothing in a session that is resumed.',
  },
  { long: 'name', value: 'NAME', description: 'Give the session this name.' },
  { long: 'profile', short: 'p', value: 'NAME', description: 'Use this profile of `config.toml`.' },
  {
    long: 'config',
    short: 'c',
    value: 'KEY=VALUE',
    repeatable: true,
    description: 'Set a key of `config.toml` for this run; the value is TOML, else a text. May be given several times.',
  },
];
