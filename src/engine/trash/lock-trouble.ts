import { Failure } from '../../base/failure.ts';

/** Whether one of several threads is open, or this process has no room for so many locks: in smaller rounds it may go. */
export function isAboutLocks(error: unknown): error is Failure {
  if (!(error instanceof Failure)) return false;
  const { code } = (error.cause ?? {}) as NodeJS.ErrnoException;
  // The lock of a thread is named by the thread, that under which locks are taken by its file.
  return (error.kind === 'busy' && error.place.file === undefined) || code === 'EMFILE';
}
