import type { Io } from '../../base/io.ts';
import type { Terminal } from '../../runner/approvals/ask-terminal.ts';
import { createLineReader } from './line-reader.ts';
import type { OutputQueue } from './output-queue.ts';

/** Where the user is asked. */
export interface Questions extends Terminal {
  close(): Promise<void>;
}

/**
 * The terminal that the program is controlled from, also where its standard streams are files or pipes; else the one that they
 * are; null when there is neither. While a question stands, all that is put into the queue waits.
 *
 * @param endLine ends a line that is being written, before a question is asked
 */
export function openQuestions(io: Io, queue: OutputQueue, endLine: () => void): Questions | null {
  const terminal = io.openTerminal();
  if (!terminal && !(io.stdin.isTTY && io.stderr.isTTY)) return null;
  // Standard input can be read once, so that its reader serves all questions.
  const standard = terminal ? null : createLineReader(() => io.stdin.read(), io.clock);
  return {
    async open() {
      endLine();
      const release = await queue.hold();
      // Between questions the keyboard is the shell's, which may have put us into the background.
      const lines = standard ?? createLineReader(terminal!.read, io.clock);
      return {
        write: (text) => (terminal ?? io.stderr).write(text),
        discard: lines.discard,
        readLine: lines.readLine,
        close() {
          if (!standard) lines.close();
          release();
        },
      };
    },
    async close() {
      standard?.close();
      await terminal?.close();
    },
  };
}
