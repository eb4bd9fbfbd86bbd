import { posix } from 'node:path';
import { changedFiles, type FileEdit, patchedFiles } from './patched-files.ts';

/** A file that a session changed. */
export interface TouchedFile {
  /** Absolute where the folder of the session is known. */
  path: string;
  /** What became of it in the end: `add`, `update`, `delete`, `move`. */
  change: string;
  moved_to: string | null;
  /** How often it was changed. */
  times: number;
}

/**
 * Gathers the files that were changed: from the records of changes where there are such, else from patches that were asked for and
 * whose results do not say that they failed.
 */
export class TouchedFiles {
  readonly #files = new Map<string, TouchedFile>();
  readonly #asked = new Map<string, FileEdit[]>();
  /** Calls whose changes have been counted. */
  readonly #counted = new Set<string>();

  /** @param folder that relative paths start from, where it is known */
  call(callId: string | null, item: { [key: string]: unknown }, folder: string | null): void {
    const edits = patchedFiles(item);
    if (callId === null || edits.length === 0 || this.#asked.size >= MOST_OPEN) return;
    this.#asked.set(
      callId,
      edits.map((edit) => resolved(edit, folder)),
    );
  }

  result(callId: string, status: unknown): void {
    const edits = this.#asked.get(callId);
    this.#asked.delete(callId);
    if (this.#counted.delete(callId) || status !== 'completed') return;
    for (const edit of edits ?? []) this.#add(edit);
  }

  change(item: { [key: string]: unknown }, folder: string | null): void {
    const { call_id: callId, status } = item;
    if (status === 'failed' || status === 'declined') return;
    if (typeof callId === 'string' && this.#asked.has(callId)) this.#counted.add(callId);
    for (const edit of changedFiles(item.changes)) this.#add(resolved(edit, folder));
  }

  list(): TouchedFile[] {
    return [...this.#files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  #add({ path, change, movedTo }: FileEdit): void {
    const known = this.#files.get(path);
    if (!known && this.#files.size >= MOST_FILES) return;
    const isStillNew = known?.change === 'add' && change === 'update' && movedTo === null;
    this.#files.set(path, {
      path,
      change: movedTo !== null ? 'move' : isStillNew ? 'add' : change,
      moved_to: movedTo,
      times: (known?.times ?? 0) + 1,
    });
  }
}

function resolved({ path, change, movedTo }: FileEdit, folder: string | null): FileEdit {
  return { path: within(folder, path), change, movedTo: movedTo === null ? null : within(folder, movedTo) };
}

/** A path of Windows is left as it is. */
function within(folder: string | null, path: string): string {
  const isKnown = folder?.startsWith('/') && !/^(?:[a-z]:|\\)/i.test(path);
  return isKnown ? posix.resolve(folder as string, path) : path;
}

/** A hostile session may name any number of files, and never answer a call. */
const MOST_FILES = 100_000;
const MOST_OPEN = 1000;
