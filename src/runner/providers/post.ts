import { BrokenAnswer } from './failed.ts';
import type { Endpoint } from './http-provider.ts';
import type { IdleWatch } from './idle-watch.ts';
import { errorIn, failureOfError, failureOfStatus, retryAfter } from './server-failure.ts';

/**
 * Sends one request and gives the reader of its event stream. Redirects are not followed: headers that hold keys would go
 * to another server.
 *
 * Throws `BrokenAnswer` for an answer that is no event stream, and what fetch throws.
 */
export async function post(
  endpoint: Endpoint,
  path: string,
  body: string,
  signal: AbortSignal,
  idle: IdleWatch,
): Promise<ReadableStreamDefaultReader<Uint8Array>> {
  idle.wait();
  const response = await fetch(urlOf(endpoint, path), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...endpoint.headers },
    body,
    redirect: 'manual',
    signal,
  });
  idle.rest();
  const { status, headers } = response;
  if (status >= 300 && status < 400) {
    throw new BrokenAnswer('refused', `HTTP ${status}: the server redirects; put the address it means into base_url`);
  }
  const type = (headers.get('content-type') ?? eventStream).split(';')[0]?.trim().toLowerCase();
  if (status === 200 && type === eventStream && response.body) return response.body.getReader();
  const text = endpoint.secrets.withoutSecrets(await beginningOf(response, endpoint));
  if (status < 200 || status >= 400)
    throw failure(failureOfStatus(status, retryAfter(headers, endpoint.clock.now()), text));
  const error = errorIn(text);
  if (error) throw failure(failureOfError(error));
  throw new BrokenAnswer('stream', `HTTP ${status}: the answer is no event stream but ${type || 'nothing'}`);
}

const eventStream = 'text/event-stream';

function urlOf({ baseUrl, query }: Endpoint, path: string): URL {
  const url = new URL(baseUrl);
  url.pathname = url.pathname.replace(/\/$/, '') + path;
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  return url;
}

function failure({ kind, message, isRetryable, retryAfterMs }: ReturnType<typeof failureOfStatus>): BrokenAnswer {
  return new BrokenAnswer(kind, message, { isRetryable, retryAfterMs });
}

/** Up to 64 KiB of a body, as far as it comes within 5 s: it only explains what the status says already. */
async function beginningOf(response: Response, { clock }: Endpoint): Promise<string> {
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  const done = new AbortController();
  const late = clock.sleep(5000, done.signal).then(() => ({ done: true, value: undefined }));
  let length = 0;
  try {
    while (reader && length < 64 * 1024) {
      const chunk = await Promise.race([reader.read(), late]);
      if (chunk.done || !chunk.value) break;
      chunks.push(chunk.value);
      length += chunk.value.length;
    }
  } catch {
    // What has come so far will do.
  } finally {
    done.abort();
  }
  return Buffer.concat(chunks).toString('utf8', 0, 64 * 1024);
}
