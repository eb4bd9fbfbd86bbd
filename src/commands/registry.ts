import type { Command } from './command.ts';
import { createCompletion } from './completion.ts';
import { createHelp } from './help.ts';
import { ls } from './ls.ts';
import { schema } from './schema.ts';
import { show } from './show.ts';
import { validate } from './validate.ts';
import { version } from './version.ts';

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [
  ls,
  show,
  validate,
  schema,
  createCompletion(specs),
  createHelp(specs),
  version,
];

function specs() {
  return commands.map(({ spec }) => spec);
}
