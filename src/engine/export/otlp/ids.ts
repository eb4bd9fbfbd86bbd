import { createHash } from 'node:crypto';
import { isUuid } from '../file-names.ts';

/** The trace of a session: its id, which is a UUID of 16 bytes; for any other id, a hash of it. */
export function traceIdOf(threadId: string): string {
  const digits = threadId.replaceAll('-', '').toLowerCase();
  return isUuid(threadId) && !/^0+$/.test(digits) ? digits : hash(`trace ${threadId}`).slice(0, 32);
}

/** The same for the same session and place, in every export. @param place `session`, or a kind and a position */
export function spanIdOf(threadId: string, place: string): string {
  return hash(`span ${threadId} ${place}`).slice(0, 16);
}

/** The span that stands for a session as a whole. */
export function rootSpanIdOf(threadId: string): string {
  return spanIdOf(threadId, 'session');
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
