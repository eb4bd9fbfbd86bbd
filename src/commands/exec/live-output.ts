import { longestLine, mostLines } from './describe-call.ts';
import type { LiveBlocks } from './live-blocks.ts';

/** Shows what a command prints as it comes: the beginnings of its first lines. One at a time, the one announced last. */
export function createLiveOutput(blocks: LiveBlocks) {
  let callId: string | null = null;
  let lines: string[] = [''];
  let isFull = false;
  return {
    /** From now on it is this one that is shown. */
    begin(id: string): void {
      callId = id;
      lines = [''];
      isFull = false;
    },
    add(id: string, text: string): void {
      if (id !== callId || isFull) return;
      let shown = '';
      for (const [index, part] of text.split('\n').entries()) {
        if (index > 0) {
          isFull = lines.length === mostLines;
          if (isFull) break;
          lines.push('');
          shown += '\n';
        }
        const line = lines.at(-1) as string;
        const piece = part.slice(0, longestLine - line.length);
        lines[lines.length - 1] = line + piece;
        shown += piece.replaceAll('\t', '^I');
      }
      if (shown !== '') blocks.add(`output ${id}`, { before: '', prefix: '  | ' }, shown);
    },
    /** The lines of a call that were shown; the rest is not any more. */
    end(id: string): string[] {
      if (id !== callId) return [];
      callId = null;
      while (lines.at(-1)?.trim() === '') lines.pop();
      return lines;
    },
  };
}
