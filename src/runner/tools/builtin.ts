import { listDir } from './files/list-dir.ts';
import { readFile } from './files/read-file.ts';
import { searchFiles } from './files/search-files.ts';
import { viewImage } from './files/view-image.ts';
import { applyPatch } from './patch/apply-patch.ts';
import { shellCommand } from './shell/shell-command.ts';
import type { Tool } from './tool.ts';
import { updatePlan } from './update-plan.ts';

/** The tools that every agent has. */
export const builtinTools: readonly Tool[] = [
  shellCommand,
  applyPatch,
  updatePlan,
  viewImage,
  readFile,
  listDir,
  searchFiles,
];
