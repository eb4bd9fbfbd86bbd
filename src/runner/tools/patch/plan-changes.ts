import { resolve } from 'node:path';
import type { ChangedFile } from '../note.ts';
import { applyHunks } from './apply-hunks.ts';
import { type FileEdit, PatchProblem } from './parse-patch.ts';
import type { PlacedEdit } from './place-edits.ts';
import { type Snapshot, takeSnapshot } from './snapshot.ts';

/** What becomes of one file. Both null is never the case. */
export interface FileChange {
  /** Real and absolute. */
  path: string;
  before: Snapshot | null;
  after: Buffer | null;
  /** Permission bits of the new file; null for what the system gives to new files. */
  mode: number | null;
}

export interface Plan {
  files: FileChange[];
  /** As Codex records it: absolute path to `{type: 'add' | 'update' | 'delete', …}`. */
  changes: Record<string, ChangedFile>;
}

/**
 * Works out in memory what all edits together make of all files, so that nothing has been written when one of them does not
 * fit. Later edits see what earlier ones did.
 * @throws PatchProblem
 */
export function planChanges(edits: readonly PlacedEdit[], cwd: string): Plan {
  const files = new Map<string, FileChange>();
  const changes: Plan['changes'] = {};
  const budget = { left: 10_000_000 };
  const open = (path: string, shown: string) => {
    const known = files.get(path);
    if (known) return known;
    const before = takeSnapshot(path, shown);
    const file: FileChange = { path, before, after: before?.bytes ?? null, mode: before?.mode ?? null };
    files.set(path, file);
    return file;
  };
  for (const { edit, path, moveTo } of edits) {
    const file = open(path, edit.path);
    const name = resolve(cwd, edit.path);
    if (edit.type === 'add') {
      const content = edit.lines.map((line) => `${line}\n`).join('');
      file.after = Buffer.from(content, 'utf8');
      changes[name] = { type: 'add', content };
      continue;
    }
    if (file.after === null) throw new PatchProblem(`there is no file ${edit.path}`);
    if (edit.type === 'delete') {
      changes[name] = { type: 'delete', content: file.after.toString('utf8') };
      file.after = null;
      continue;
    }
    const { bytes, diff } = applyHunks(edit.path, file.after, edit.hunks, budget);
    changes[name] = { type: 'update', unified_diff: diff, move_path: movedPath(edit, cwd) };
    if (moveTo === null || moveTo === path) {
      file.after = bytes;
      continue;
    }
    const target = open(moveTo, edit.moveTo!);
    if (target.after !== null) throw new PatchProblem(`there is a file ${edit.moveTo} already`);
    target.after = bytes;
    target.mode = file.mode;
    file.after = null;
  }
  return { files: [...files.values()].filter(isChange), changes };
}

function isChange({ before, after }: FileChange): boolean {
  return after === null ? before !== null : before === null || !after.equals(before.bytes);
}

function movedPath(edit: FileEdit & { type: 'update' }, cwd: string): string | null {
  return edit.moveTo === null ? null : resolve(cwd, edit.moveTo);
}
