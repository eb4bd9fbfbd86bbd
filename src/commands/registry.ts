import { archive } from './archive.ts';
import type { Command } from './command.ts';
import { createCompletion } from './completion.ts';
import { diff } from './diff.ts';
import { execFork } from './exec/fork.ts';
import { execResume } from './exec/resume.ts';
import { exec } from './exec.ts';
import { fork } from './fork.ts';
import { createHelp } from './help.ts';
import { indexCheck } from './index/check.ts';
import { indexRebuild } from './index/rebuild.ts';
import { indexStatus } from './index/status.ts';
import { ls } from './ls.ts';
import { name } from './name.ts';
import { replay } from './replay.ts';
import { schema } from './schema.ts';
import { search } from './search.ts';
import { show } from './show.ts';
import { stats } from './stats.ts';
import { unarchive } from './unarchive.ts';
import { validate } from './validate.ts';
import { version } from './version.ts';

/** Every command, in the order in which help lists them. */
export const commands: readonly Command[] = [
  ls,
  show,
  search,
  stats,
  replay,
  diff,
  validate,
  schema,
  fork,
  name,
  archive,
  unarchive,
  indexStatus,
  indexRebuild,
  indexCheck,
  exec,
  execResume,
  execFork,
  createCompletion(specs),
  createHelp(specs),
  version,
];

function specs() {
  return commands.map(({ spec }) => spec);
}
