import { toFailure } from '../base/failure.ts';
import { systemReason } from '../base/system-error.ts';
import { describePlace } from '../base/warn.ts';

/** An error as people are told it. */
export function wordsOf(error: unknown): string {
  const { message: told, hint, place, cause } = toFailure(error);
  // What Node makes of it has the name of the call in it, and that of the file once more.
  const message = (cause instanceof Error && cause.message === told && systemReason(cause)) || told;
  const where = place.file !== undefined && message.includes(place.file) ? '' : describePlace(place);
  return `${where}${message}${hint === undefined ? '' : ` (${hint})`}`;
}
