import { openProcessIo } from './base/process-io.ts';
import { runCommandLine } from './commands/frame/run-command-line.ts';
import { commands } from './commands/registry.ts';

/** Runs one command line in this process and resolves to its exit code. Nothing is left running. */
export async function main(argv: readonly string[]): Promise<number> {
  const { io, close } = openProcessIo();
  try {
    return await runCommandLine(argv, commands, io);
  } finally {
    close();
  }
}
