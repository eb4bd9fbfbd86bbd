import type { Clock } from '../../base/io.ts';
import { keepContract } from './contract.ts';
import { eventsOf } from './event-stream.ts';
import { BrokenAnswer, isFinal } from './failed.ts';
import { IdleWatch } from './idle-watch.ts';
import { type AnswerLimits, answerLimits } from './limits.ts';
import { parseData } from './parse-data.ts';
import { post } from './post.ts';
import type { ModelRequest, Provider, ProviderEvent } from './provider.ts';
import type { Secrets } from './secrets.ts';

/** A model server, and how it is spoken to. */
export interface Endpoint {
  /** As in the configuration; every message of a failure begins with it. */
  name: string;
  /** Without a slash at its end. */
  baseUrl: string;
  query: Readonly<Record<string, string>>;
  /** With the keys. */
  headers: Readonly<Record<string, string>>;
  /** What must not come out again. */
  secrets: Secrets;
  /**
   * How long to wait for the answer to begin, and then for each next event. Node's fetch itself gives up after 300 s
   * without a byte.
   */
  idleMs: number;
  clock: Clock;
  limits?: AnswerLimits;
}

/** One way to ask a model over HTTP, with server-sent events as the answer. */
export interface WireApi {
  /** Below the base URL. */
  path: string;
  bodyOf(request: ModelRequest): unknown;
  newAnswer(request: ModelRequest, limits: AnswerLimits): AnswerReader;
}

/** Turns the events of one answer into ours. It may throw `BrokenAnswer`. */
export interface AnswerReader {
  /** The word that some servers end their events with, where it has no meaning of its own. */
  readonly endMark: string;
  read(data: Record<string, unknown>): Iterable<ProviderEvent>;
  /** Whether everything has come but, perhaps, the end mark: a connection that breaks now has lost nothing. */
  isWhole(): boolean;
  /**
   * What is left to give at the end of the stream; with a final event when it was whole.
   *
   * @param isMarked whether the end mark came
   */
  end(isMarked: boolean): Iterable<ProviderEvent>;
}

/** A provider that asks this server. Each answer has a connection of its own, which ends with it. */
export function overHttp(endpoint: Endpoint, api: WireApi): Provider {
  const { name, secrets } = endpoint;
  return {
    ...{ name, secrets },
    stream: (request, signal) =>
      keepContract({ name, secrets, signal }, () => answerOf(endpoint, api, request, signal)),
  };
}

async function* answerOf(endpoint: Endpoint, api: WireApi, request: ModelRequest, signal: AbortSignal) {
  const { clock, idleMs, limits = answerLimits } = endpoint;
  const connection = new AbortController();
  const stop = () => connection.abort();
  signal.addEventListener('abort', stop, { once: true });
  const idle = new IdleWatch(clock, idleMs, stop);
  const answer = api.newAnswer(request, limits);
  let isMarked = false;
  try {
    const body = await post(endpoint, api.path, JSON.stringify(api.bodyOf(request)), connection.signal, idle);
    for await (const data of eventsOf(body, limits, idle)) {
      isMarked = data.trim() === answer.endMark;
      if (isMarked) break;
      for (const event of answer.read(parseData(data, limits.eventBytes))) {
        if (isFinal(event)) await finish(body, clock);
        yield event;
        if (isFinal(event)) return;
      }
    }
    await finish(body, clock);
    yield* answer.end(isMarked);
  } catch (error) {
    if (error instanceof BrokenAnswer && error.failure.kind === 'limit') throw error;
    if (answer.isWhole()) yield* answer.end(isMarked);
    else if (idle.hasFired) throw new BrokenAnswer('stream', `nothing came for ${idleMs / 1000} s`);
    else throw error;
  } finally {
    idle.close();
    signal.removeEventListener('abort', stop);
    stop();
  }
}

/** Reads on to the end of the body when that is near: only then the next request can use the connection again. */
async function finish(body: Awaited<ReturnType<typeof post>>, clock: Clock): Promise<void> {
  const done = new AbortController();
  const late = clock.sleep(20, done.signal).then(() => ({ done: true }));
  try {
    for (let chunks = 0; chunks < 4; chunks++) if ((await Promise.race([body.read(), late])).done) break;
  } catch {
    // The answer is whole already; how its connection ends is of no interest.
  } finally {
    done.abort();
  }
}
