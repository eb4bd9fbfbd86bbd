import { getSystemErrorMap } from 'node:util';

/** What the operating system says about an error (`no such file or directory`); undefined when it is none of its own. */
export function systemReason(error: unknown): string | undefined {
  const { errno } = (error ?? {}) as NodeJS.ErrnoException;
  return errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
}
