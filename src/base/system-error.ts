import { getSystemErrorMap } from 'node:util';

/** What the operating system says about an error (`no such file or directory`); undefined when it is none of its own. */
export function systemReason(error: unknown): string | undefined {
  const { errno } = (error ?? {}) as NodeJS.ErrnoException;
  return errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
}

/** Whether something failed because a file was not there, be it itself or as the cause of a failure of ours. */
export function isMissingFile(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as NodeJS.ErrnoException & { cause?: unknown };
  return code === 'ENOENT' || (cause !== undefined && isMissingFile(cause));
}
