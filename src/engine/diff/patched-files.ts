import { plain } from '../../model/verbatim.ts';

/** What a patch or a record of one does to a file. */
export interface FileEdit {
  path: string;
  /** `add`, `update`, `delete`, or what a later Codex may say. */
  change: string;
  movedTo: string | null;
}

/**
 * The files that a tool call asks to patch, in each of the forms in which Codex has taken patches: as the tool `apply_patch`, as a
 * command of that name, and within a command line of a shell. Empty for any other call.
 */
export function patchedFiles(item: { [key: string]: unknown }): FileEdit[] {
  const { command } = item;
  if (Array.isArray(command)) {
    const line = command.map(String).join('\n');
    const start = line.indexOf('*** Begin Patch');
    return start >= 0 && /\bapply_?patch\b/.test(line.slice(0, start)) ? editsOf(line.slice(start)) : [];
  }
  return item.name === 'apply_patch' ? editsOf(patchText(item)) : [];
}

/** The files of an item `file_change`: `{path: {type, move_path?}}`. */
export function changedFiles(changes: unknown): FileEdit[] {
  return Object.entries(fieldsOf(changes)).map(([path, value]) => {
    const { type, move_path } = fieldsOf(value);
    return {
      path,
      change: typeof type === 'string' ? type : 'update',
      movedTo: typeof move_path === 'string' ? move_path : null,
    };
  });
}

function editsOf(patch: string): FileEdit[] {
  const edits: FileEdit[] = [];
  for (const [, change, path, movedTo] of patch.matchAll(heading)) {
    if (change) edits.push({ path: path as string, change: change.toLowerCase(), movedTo: null });
    else if (movedTo && edits.length > 0) (edits.at(-1) as FileEdit).movedTo = movedTo;
    if (movedTo === undefined && path === undefined) break;
  }
  return edits;
}

/** The end of a patch stands for itself, so that nothing behind it counts. */
const heading = /^\*\*\* (?:(Add|Update|Delete) File: (.+?)|Move to: (.+?)|End Patch)\r?$/gm;

function patchText(item: { [key: string]: unknown }): string {
  const args = plain(item.arguments);
  const { input, patch } = fieldsOf(args);
  const text = [item.arguments_text, args, input, patch].find((value) => typeof value === 'string');
  return (text as string | undefined) ?? '';
}

function fieldsOf(value: unknown): { [key: string]: unknown } {
  const object = plain(value);
  return typeof object === 'object' && object !== null ? (object as { [key: string]: unknown }) : {};
}
