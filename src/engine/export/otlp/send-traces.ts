import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Failure } from '../../../base/failure.ts';
import type { Clock } from '../../../base/io.ts';
import { objectOf, textOf } from '../../../model/fields.ts';
import type { EndpointSettings } from './endpoint-settings.ts';

export interface Sending {
  endpoint: EndpointSettings;
  clock: Clock;
  /** Ends waiting and sending. */
  signal: AbortSignal;
  /** It is tried again in so many milliseconds. */
  onWait?(reason: string, ms: number): Promise<void>;
}

/** What the endpoint took. */
export interface Receipt {
  /** Spans that it refused. */
  rejected: number;
  /** What it says to that, or to what it took. */
  message: string | null;
}

/**
 * Posts one request, again and again while the endpoint asks for it or cannot be reached: as OTLP/HTTP has it, after 429, 502, 503 and 504,
 * and not before `Retry-After`. Ids do not change, so spans that arrive twice are the same ones.
 *
 * @throws Failure `trouble` when it is not taken in the end; the reason of the signal when it fires
 */
export async function sendTraces(request: string, sending: Sending): Promise<Receipt> {
  const { endpoint, clock, signal } = sending;
  const body = endpoint.isCompressed ? await compress(request) : request;
  for (let attempt = 1; ; attempt++) {
    const answer = await post(body, sending);
    signal.throwIfAborted();
    if (answer.receipt) return answer.receipt;
    if (!answer.mayPass || attempt >= MOST_ATTEMPTS) {
      const times = attempt > 1 ? ` (${attempt} attempts)` : '';
      throw new Failure('trouble', `${endpoint.url} does not take spans: ${answer.reason}${times}`);
    }
    const backoff = FIRST_WAIT_MS * 2 ** (attempt - 1);
    const waitMs = Math.min(Math.max(backoff, answer.waitMs), LONGEST_WAIT_MS);
    await sending.onWait?.(answer.reason, waitMs);
    await clock.sleep(waitMs, signal);
    signal.throwIfAborted();
  }
}

type Answer =
  | { receipt: Receipt }
  | { receipt?: undefined; reason: string; mayPass: boolean /** What it asks for. */; waitMs: number };

async function post(body: string | Uint8Array<ArrayBuffer>, { endpoint, clock, signal }: Sending): Promise<Answer> {
  const { url, headers, timeoutMs, isCompressed } = endpoint;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', ...(isCompressed && { 'content-encoding': 'gzip' }) },
      body,
      // Keys go to the address that was given, and nowhere else.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    const text = await readStart(response);
    if (response.ok && !isPage(response)) return { receipt: readReceipt(text) };
    const said = textOf(objectOf(parsed(text)).message);
    const what = response.ok ? 'it answers with a web page, as no collector does: ' : '';
    const reason = `${what}${response.status} ${response.statusText}${said === null ? '' : `: ${said.slice(0, LONGEST_SAID)}`}`;
    const waitMs = readWait(response.headers.get('retry-after'), clock);
    return { reason, mayPass: passing.has(response.status), waitMs };
  } catch (error) {
    return { reason: reasonOf(error, timeoutMs), mayPass: true, waitMs: 0 };
  }
}

/** What a proxy shows to whoever has to log in, or a server that takes anything to be an address of its own. */
function isPage(response: Response): boolean {
  return /^\s*text\/html\b/i.test(response.headers.get('content-type') ?? '');
}

function readReceipt(text: string): Receipt {
  const partial = objectOf(objectOf(parsed(text)).partialSuccess);
  const rejected = Number(partial.rejectedSpans ?? 0);
  const message = textOf(partial.errorMessage);
  return {
    rejected: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0,
    message: message === null ? null : message.slice(0, LONGEST_SAID),
  };
}

/** As much of an answer as anybody has to say. */
async function readStart(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk as Uint8Array);
    length += (chunk as Uint8Array).length;
    if (length > LONGEST_ANSWER) break;
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Milliseconds: `Retry-After` is seconds or a date. */
function readWait(header: string | null, clock: Clock): number {
  if (header === null) return 0;
  if (/^\d+$/.test(header.trim())) return Number(header) * 1000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? 0 : Math.max(0, at - clock.now());
}

function reasonOf(error: unknown, timeoutMs: number): string {
  const { name, cause, message } = error as Error & { cause?: NodeJS.ErrnoException };
  if (name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  return cause?.code ?? cause?.message ?? message;
}

const compress: (text: string) => Promise<Uint8Array<ArrayBuffer>> = promisify(gzip);
const passing = new Set([429, 502, 503, 504]);
const MOST_ATTEMPTS = 6;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
const LONGEST_SAID = 300;
const LONGEST_ANSWER = 65_536;
