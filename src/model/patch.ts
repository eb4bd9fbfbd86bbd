import type { FileDiff } from './file-diff.ts';

/**
 * Reads the text of a patch in the form that Codex's `apply_patch` takes (`*** Begin Patch`, `*** Update File: …`). Lines
 * that the form does not know are kept as context, so that nothing in a patch stays unseen. Null where no file is named.
 */
export function parsePatch(text: string): FileDiff[] | null {
  const files: FileDiff[] = [];
  const strays: string[] = [];
  for (const line of text.trim().split('\n')) {
    const heading = /^\*\*\* (Add|Update|Delete) File: (.*)$/.exec(line);
    const file = files.at(-1);
    if (heading) files.push({ kind: kinds[heading[1] as keyof typeof kinds], path: heading[2]!, lines: [] });
    else if (file && line.startsWith('*** Move to: ')) file.movedTo = line.slice('*** Move to: '.length);
    else if (!marker.test(line)) (file?.lines ?? strays).push(/^[-+ @]/.test(line) || line === '' ? line : ` ${line}`);
  }
  files[0]?.lines.unshift(...strays);
  return files.length > 0 ? files : null;
}

const kinds = { Add: 'add', Update: 'update', Delete: 'delete' } as const;
const marker = /^\*\*\* (?:Begin Patch|End Patch|End of File)$/;

/**
 * The patch inside a command line, and the line without it: a patch is shown as a diff, but whatever else the command
 * does must be seen too.
 */
export function splitPatch(command: string): { patch: string; around: string } | null {
  const start = command.indexOf('*** Begin Patch');
  if (start < 0 || !/\bapply_?patch\b/.test(command.slice(0, start))) return null;
  const end = command.indexOf('*** End Patch', start);
  if (end < 0) return null;
  const after = end + '*** End Patch'.length;
  return { patch: command.slice(start, after), around: `${command.slice(0, start)}…${command.slice(after)}` };
}
