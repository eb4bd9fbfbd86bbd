import type { FetchLike } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { Clock } from '../../../base/io.ts';

const mostBytes = 32 * 1024 * 1024;
const mostResumptions = 200;
const resumeMs = 250;

/**
 * Fetches for one server: no answer is longer than 32 MiB, and streams that break off are asked for again in moderation. The
 * stream for what a server wants to say unasked is not opened, because nothing of that is of use here.
 */
export function boundedFetch(clock: Clock): FetchLike {
  let resumptions = 0;
  return async (url, init) => {
    if (init?.method === 'GET') {
      resumptions += 1;
      const isResumed = new Headers(init.headers).has('last-event-id');
      // What a server answers that has no such stream.
      if (!isResumed || resumptions > mostResumptions) return new Response(null, { status: 405 });
      await clock.sleep(resumeMs, init.signal ?? undefined);
    }
    return withinLimit(await fetch(url, init));
  };
}

function withinLimit(response: Response): Response {
  const { body, status, statusText, headers } = response;
  if (!body) return response;
  let bytes = 0;
  const counted = body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.length;
        if (bytes > mostBytes) controller.error(new Error('it sends too much'));
        else controller.enqueue(chunk);
      },
    }),
  );
  return new Response(counted, { status, statusText, headers });
}
