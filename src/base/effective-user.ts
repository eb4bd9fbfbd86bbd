import process from 'node:process';

/** The user that this process acts as; null where the system has no such numbers. */
export function effectiveUser(): number | null {
  return process.geteuid?.() ?? null;
}
