import type { OptionSpec } from '../command.ts';

/** What `exec` and `exec resume` have in common. */
export const runOptions: OptionSpec[] = [
  {
    long: 'json',
    description:
      'Write the event stream to standard output, one JSON object a line, as it happens (schema `event`). Errors become JSON as well.',
  },
  { long: 'print-id', description: 'Write the id of the session to standard output at the end, and nothing else.' },
  {
    long: 'output-last-message',
    short: 'o',
    value: 'FILE',
    completes: 'file',
    description: 'Write the final answer into FILE, too.',
  },
  {
    long: 'output-schema',
    value: 'FILE',
    completes: 'file',
    description: 'A JSON Schema that the final answer is to follow.',
  },
  {
    long: 'image',
    short: 'i',
    value: 'FILE',
    repeatable: true,
    completes: 'file',
    description: 'Show the model an image (PNG, JPEG, GIF, WebP). May be given several times.',
  },
  { long: 'cd', short: 'C', value: 'DIR', completes: 'folder', description: 'Work in DIR.' },
  {
    long: 'add-dir',
    value: 'DIR',
    repeatable: true,
    completes: 'folder',
    description: 'Let commands write in DIR, too. May be given several times.',
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
    description: 'How far commands may reach.',
  },
  {
    long: 'ask-for-approval',
    short: 'a',
    value: 'POLICY',
    values: ['untrusted', 'on-request', 'never'],
    description: 'When to ask before something is done.',
  },
  { long: 'ephemeral', description: 'Leave no trace: no file, no row in the index.' },
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
