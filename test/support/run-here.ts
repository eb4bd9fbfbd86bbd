import { runCommandLine } from '../../src/commands/frame/run-command-line.ts';
import { commands } from '../../src/commands/registry.ts';
import { MemoryIo, type MemoryIoOptions } from './memory-io.ts';

/** Runs a command line in this process, which costs a fraction of a spawned one. */
export async function runHere(argv: string[], options: MemoryIoOptions = {}) {
  const io = new MemoryIo(options);
  io.now = Date.now();
  const code = await runCommandLine(argv, commands, io);
  return { code, out: Buffer.concat(io.out), err: io.errText };
}
