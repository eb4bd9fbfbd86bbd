import { writeSync } from 'node:fs';
import { Failure } from './failure.ts';
import { doLastActs } from './last-acts.ts';
import { oneLine } from './safe-text.ts';

/**
 * What happens to an error that no caller waits for: one line instead of Node's stack trace, and the exit code of
 * trouble. Nothing can be ended in order after that.
 */
export function watchUncaught(): void {
  process.once('uncaughtException', (error: unknown) => {
    const failure = new Failure('trouble', error instanceof Error ? error.message : String(error));
    doLastActs();
    const stack = process.env.SESSIONS_DEBUG && error instanceof Error ? `${error.stack}\n` : '';
    try {
      writeSync(2, `sessions: ${oneLine(failure.message)}\n${stack}hint: this is a fault of sessions\n`);
    } finally {
      process.exit(failure.exit);
    }
  });
}
