import { exitCodes } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { warn } from '../../base/warn.ts';
import type { Problem, Report } from '../../engine/problem.ts';

/**
 * Gathers what went wrong while sessions were read, to be said on stderr when the data is out. Of a file with a thousand
 * bad lines the first few are named, and the rest counted.
 */
export function createProblemLog(io: Io): { report: Report; print(): Promise<void>; readonly exit: number } {
  const named: Problem[] = [];
  let unnamed = 0;
  let exit = 0;
  return {
    report(problem) {
      if (problem.weight === 'lost') exit = exitCodes.partial;
      if (named.length < MOST_NAMED) named.push(problem);
      else unnamed++;
    },
    async print() {
      for (const { message, file, line, offset } of named) {
        await warn(io, message, { file: file ?? undefined, line: line ?? undefined, offset: offset ?? undefined });
      }
      if (unnamed > 0) await warn(io, `and ${unnamed} more; sessions validate lists them all`);
    },
    get exit() {
      return exit;
    },
  };
}

const MOST_NAMED = 10;
