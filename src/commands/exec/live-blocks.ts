import { createSafeStream } from '../../base/safe-stream.ts';

/** How a block looks: what stands before it, and before each of its lines. */
export interface BlockStyle {
  before: string;
  prefix: string;
}

/** Writes texts as they come, each as a block of its own, with what is hostile in them made visible. */
export function createLiveBlocks(write: (text: string) => void) {
  const safe = createSafeStream();
  let open: { kind: string; style: BlockStyle; hasText: boolean } | null = null;
  /** Ends of lines, which are only written before more text. */
  let feeds = '';

  function show(text: string): void {
    if (!open) return;
    const [ends = ''] = /\n*$/.exec(text) ?? [];
    const shown = feeds + text.slice(0, text.length - ends.length);
    if (ends.length === text.length) {
      feeds += text;
      return;
    }
    const { before, prefix } = open.style;
    write(`${open.hasText ? '' : before + prefix}${shown.replaceAll('\n', `\n${prefix}`)}`);
    open.hasText = true;
    feeds = ends;
  }

  function end(): boolean {
    show(safe.end());
    const hadText = open?.hasText === true;
    if (hadText) write('\n');
    open = null;
    feeds = '';
    return hadText;
  }

  return {
    /** Adds a piece to the block of this kind; it is a new one when another, or none, is open. */
    add(kind: string, style: BlockStyle, text: string): void {
      if (open?.kind !== kind) {
        end();
        open = { kind, style, hasText: false };
      }
      show(safe.add(text));
    },
    /** Ends the block that is open. Returns whether it ended a line. */
    end,
  };
}

export type LiveBlocks = ReturnType<typeof createLiveBlocks>;
