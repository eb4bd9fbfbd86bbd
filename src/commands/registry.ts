import { archive } from './archive.ts';
import type { Command } from './command.ts';
import { createCompletion } from './completion.ts';
import { compress } from './compress.ts';
import { diff } from './diff.ts';
import { execFork } from './exec/fork.ts';
import { execResume } from './exec/resume.ts';
import { exec } from './exec.ts';
import { exportCommand } from './export.ts';
import { fork } from './fork.ts';
import { createHelp } from './help.ts';
import { holdAdd } from './hold/add.ts';
import { holdLs } from './hold/ls.ts';
import { holdRelease } from './hold/release.ts';
import { holdReport } from './hold/report.ts';
import { importCommand } from './import.ts';
import { indexCheck } from './index/check.ts';
import { indexRebuild } from './index/rebuild.ts';
import { indexStatus } from './index/status.ts';
import { ls } from './ls.ts';
import { name } from './name.ts';
import { prune } from './prune.ts';
import { redact } from './redact.ts';
import { repair } from './repair.ts';
import { replay } from './replay.ts';
import { restore } from './restore.ts';
import { resume } from './resume.ts';
import { run } from './run.ts';
import { schema } from './schema.ts';
import { seal } from './seal.ts';
import { search } from './search.ts';
import { secrets } from './secrets.ts';
import { show } from './show.ts';
import { stats } from './stats.ts';
import { unarchive } from './unarchive.ts';
import { validate } from './validate.ts';
import { verify } from './verify.ts';
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
  exportCommand,
  importCommand,
  secrets,
  redact,
  seal,
  verify,
  schema,
  fork,
  name,
  archive,
  unarchive,
  compress,
  prune,
  restore,
  holdAdd,
  holdLs,
  holdRelease,
  holdReport,
  repair,
  indexStatus,
  indexRebuild,
  indexCheck,
  run,
  resume,
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
