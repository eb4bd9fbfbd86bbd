import type { Client } from '@modelcontextprotocol/sdk/client/index.js';

/**
 * One request to a server. Its result is an object that is not checked any further: the SDK's own methods would refuse a
 * whole list for one bad entry. Throws an `McpError`, also when it takes too long, or the reason of the signal.
 */
export async function request(
  client: Client,
  method: string,
  params: Record<string, unknown>,
  { signal, timeout }: { signal: AbortSignal; timeout: number },
): Promise<Record<string, unknown>> {
  const { ResultSchema } = await import('@modelcontextprotocol/sdk/types.js');
  signal.throwIfAborted();
  // The SDK never takes its listener off a signal again.
  const abort = new AbortController();
  const onAbort = () => abort.abort(new Error('aborted'));
  signal.addEventListener('abort', onAbort);
  try {
    const options = { signal: abort.signal, timeout, maxTotalTimeout: timeout };
    return await client.request({ method, params }, ResultSchema, options);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
