import { oneLine } from '../../../base/safe-text.ts';
import { systemReason } from '../../../base/system-error.ts';
import type { ServerSecrets } from './server-secrets.ts';

/** What went wrong with a server, in one line without secrets. */
export function describeError(error: unknown, secrets: ServerSecrets | undefined): string {
  return tidy(messageOf(error), secrets);
}

/** The end of what a server said, on one line, without secrets. */
export function endOf(text: string, secrets: ServerSecrets): string {
  const line = oneLine(secrets.withoutSecrets(text).replace(/\s+/g, ' ').trim());
  return line.length > longest ? `…${line.slice(-longest)}` : line;
}

/** Secrets go before it is cut: half of one would not be found. */
function tidy(text: string, secrets: ServerSecrets | undefined): string {
  const some = text.slice(0, 64 * 1024);
  const line = oneLine((secrets?.withoutSecrets(some) ?? some).replace(/\s+/g, ' ').trim());
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

const longest = 500;

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Zod lists every fault, as JSON.
  if (error.name === 'ZodError' || 'issues' in error) return 'it answered with something that is no answer';
  const cause = error.cause instanceof Error ? (systemReason(error.cause) ?? error.cause.message) : '';
  return `${error.message}${cause && `: ${cause}`}`;
}
