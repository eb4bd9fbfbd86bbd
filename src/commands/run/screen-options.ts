import type { OptionSpec } from '../command.ts';
import { runOptions } from '../exec/options.ts';

const shared = new Set([
  ...['image', 'cd', 'add-dir', 'model', 'provider', 'sandbox', 'ask-for-approval', 'profile', 'config'],
]);

/** What `run` and `resume` have in common. */
export const screenOptions: OptionSpec[] = [
  ...runOptions.filter(({ long }) => shared.has(long)),
  {
    long: 'alt-screen',
    description: 'Use the other screen of the terminal, and leave nothing of the session on this one at the end.',
  },
  { long: 'no-color', description: 'Never colour the output.' },
];
