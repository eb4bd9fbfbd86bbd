import { systemReason } from '../../base/system-error.ts';
import { BrokenAnswer, failed } from './failed.ts';
import type { ProviderFailure } from './provider.ts';

/** What an exception of a request means. Node's fetch puts the reason into the cause, and several for several addresses. */
export function failureOfThrown(error: unknown): ProviderFailure {
  const chain = causesOf(error);
  const broken = chain.find((cause) => cause instanceof BrokenAnswer);
  if (broken) return broken.failure;
  const cause = chain.find((each) => typeof each.code === 'string');
  const code = String(cause?.code ?? '');
  if (/^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_)|CERT/.test(code)) {
    return failed('unreachable', `no trusted connection: ${code}`, { isRetryable: false });
  }
  if (cause && unreachable.has(code)) return failed('unreachable', `cannot be reached: ${reasonOf(cause)}`);
  if (chain.some(({ message }) => message === 'bad port')) {
    return failed('unreachable', 'cannot be reached: a port that is not allowed', { isRetryable: false });
  }
  if (cause && code && !code.startsWith('ERR_')) return failed('stream', `the connection broke: ${reasonOf(cause)}`);
  if (chain.some(({ message }) => networkTexts.has(message))) return failed('stream', 'the connection broke');
  // Not the network: it would fail again.
  return failed('stream', chain[0]?.message ?? 'failed', { isRetryable: false });
}

const unreachable = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** How Node's fetch says that a connection ended, where it gives no code. */
const networkTexts = new Set(['fetch failed', 'terminated', 'other side closed']);

interface Cause {
  message: string;
  code?: unknown;
}

/** The error, its causes, and the members of an AggregateError, outermost first; a circle of causes ends. */
function causesOf(error: unknown): (Cause & Partial<Error>)[] {
  const found = new Set<Error>();
  const look = (each: unknown) => {
    if (!(each instanceof Error) || found.has(each)) return;
    found.add(each);
    look(each.cause);
    if (each instanceof AggregateError) each.errors.forEach(look);
  };
  look(error);
  return found.size > 0 ? [...found] : [{ message: String(error) }];
}

function reasonOf(cause: Cause): string {
  const code = String(cause.code);
  return systemReason(cause) ?? fetchReasons[code] ?? code;
}

const fetchReasons: Record<string, string> = {
  UND_ERR_SOCKET: 'the server closed it',
  UND_ERR_CONNECT_TIMEOUT: 'it takes too long',
  UND_ERR_HEADERS_TIMEOUT: 'no answer came for 300 s',
  UND_ERR_BODY_TIMEOUT: 'nothing came for 300 s',
};
