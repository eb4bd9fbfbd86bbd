import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../base/failure.ts';
import type { ChangeAnswer, ChildQuestion } from './change-child.ts';
import type { ChangeContext, Changed, ChangeQuestion } from './change-session.ts';

/**
 * `changeSession` in a process of its own, where the program is built. A program that wants to end waits for it; one that is told to end
 * hangs up, and what is being done stops in order.
 */
export async function changeApart(question: ChangeQuestion, context: ChangeContext): Promise<Changed> {
  const file = childFile();
  if (file !== null) return ask(file, { question, env: context.env, cwd: context.cwd }, context.signal);
  const { changeSession } = await import('./change-session.ts');
  return changeSession(question, context);
}

/** It is a file of its own beside the bundle; run from its sources, the program has none. */
function childFile(): string | null {
  const path = fileURLToPath(new URL('./change-child.cjs', import.meta.url));
  return existsSync(path) ? path : null;
}

function ask(file: string, asked: ChildQuestion, signal: AbortSignal): Promise<Changed> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    // In a session of its own, so that a terminal that goes away does not take it along.
    const child = fork(file, [], {
      env: { ...asked.env },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      detached: true,
    });
    const hangUp = () => {
      if (child.connected) child.disconnect();
      child.unref();
      reject(signal.reason);
    };
    signal.addEventListener('abort', hangUp, { once: true });
    const end = (failure: Failure) => {
      signal.removeEventListener('abort', hangUp);
      reject(failure);
    };
    child.once('message', (answer: ChangeAnswer) => {
      signal.removeEventListener('abort', hangUp);
      if ('done' in answer) resolve(answer.done);
      else reject(new Failure(answer.kind, answer.message, answer.details));
    });
    child.once('error', (cause) => end(new Failure('trouble', `it cannot be begun: ${cause.message}`, { cause })));
    child.once('exit', () =>
      end(new Failure('trouble', 'what was to be done has ended early: look at the list again')),
    );
    child.send(
      asked,
      (cause) => cause && end(new Failure('trouble', `it cannot be begun: ${cause.message}`, { cause })),
    );
  });
}
