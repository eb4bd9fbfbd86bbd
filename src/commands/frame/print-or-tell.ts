import type { Io } from '../../base/io.ts';
import { warn } from '../../base/warn.ts';

/**
 * Prints what came of something that is done already. Where that cannot be printed, standard error says it, so that nobody
 * does it once more.
 */
export async function printOrTell(print: () => Promise<void>, done: string, io: Io): Promise<void> {
  try {
    await print();
  } catch (error) {
    await warn(io, `${done}; that could not be printed`);
    throw error;
  }
}
