import { type Fields, objectOf, textOf } from './fields.ts';

/** What happens to one file. The lines are those of a unified diff without its file names. */
export interface FileDiff {
  /** `add`, `update`, `delete`, or what a later Codex may say. */
  kind: string;
  path: string;
  movedTo?: string;
  lines: string[];
}

/** The files of an item `file_change`: `{path: {type, content | unified_diff, move_path?}}`. */
export function filesOf(changes: unknown): FileDiff[] {
  return Object.entries(objectOf(changes)).map(([path, value]) => {
    const change = objectOf(value);
    const file: FileDiff = { kind: textOf(change.type) ?? 'change', path, lines: linesOf(change) };
    const movedTo = textOf(change.move_path);
    if (movedTo !== null) file.movedTo = movedTo;
    return file;
  });
}

/**
 * Tells whether two forms of a change say the same: a patch as it was asked for, and as it was made. Deleted lines of a
 * deleted file do not count, because a patch does not name them.
 */
export function diffSize(files: readonly FileDiff[]): string {
  const { added, removed } = sumOf(files.filter((file) => file.kind !== 'delete'));
  return `${files.length} +${added} -${removed}`;
}

/** Lines that are added and removed, in all. */
export function sumOf(files: readonly FileDiff[]): { added: number; removed: number } {
  const total = { added: 0, removed: 0 };
  for (const { added, removed } of files.map(changedLines)) {
    total.added += added;
    total.removed += removed;
  }
  return total;
}

/** Of one file. */
export function changedLines(file: FileDiff): { added: number; removed: number } {
  let added = 0;
  let removed = 0;
  for (const line of file.lines) {
    if (line.startsWith('+')) added++;
    else if (line.startsWith('-')) removed++;
  }
  return { added, removed };
}

function linesOf(change: Fields): string[] {
  const diff = textOf(change.unified_diff);
  if (diff !== null) return withoutNames(splitLines(diff));
  const content = textOf(change.content);
  if (content === null) return [];
  const sign = change.type === 'delete' ? '-' : '+';
  return splitLines(content).map((line) => sign + line);
}

function withoutNames(lines: string[]): string[] {
  const named = lines[0]?.startsWith('--- ') && lines[1]?.startsWith('+++ ');
  return named ? lines.slice(2) : lines;
}

function splitLines(text: string): string[] {
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}
