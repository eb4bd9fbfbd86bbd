import { systemClock } from '../../../src/base/clock.ts';
import type { ModelItem } from '../../../src/model/history.ts';
import { chatApi } from '../../../src/runner/providers/chat.ts';
import { type Endpoint, overHttp } from '../../../src/runner/providers/http-provider.ts';
import type { FinalEvent, ModelRequest, Provider, ProviderEvent } from '../../../src/runner/providers/provider.ts';
import { responsesApi } from '../../../src/runner/providers/responses.ts';
import { Secrets } from '../../../src/runner/providers/secrets.ts';
import { type Act, startModelServer } from '../../support/model-server.ts';

export const userItem: ModelItem = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hello' }] };

export function requestOf(fields: Partial<ModelRequest> = {}): ModelRequest {
  return {
    threadId: '01900000-0000-7000-8000-000000000001',
    model: 'a-model',
    instructions: 'Be brief.',
    items: [userItem],
    tools: [],
    reasoning: { effort: null, summary: null },
    outputSchema: null,
    ...fields,
  };
}

export const apis = { responses: responsesApi, chat: chatApi };

export function providerAt(url: string, api: keyof typeof apis, fields: Partial<Endpoint> = {}): Provider {
  const secrets = new Secrets([]);
  const endpoint = { name: 'test', baseUrl: url, query: {}, headers: {}, secrets, idleMs: 5000, clock: systemClock };
  return overHttp({ ...endpoint, ...fields }, apis[api]);
}

/** Everything that a provider gives for one request; checks that the last event, and no other, is final. */
export async function ask(
  provider: Provider,
  request: ModelRequest = requestOf(),
  signal: AbortSignal = new AbortController().signal,
): Promise<Answer> {
  const events: ProviderEvent[] = [];
  for await (const event of provider.stream(request, signal)) events.push(event);
  const isFinal = ({ type }: ProviderEvent) => type === 'completed' || type === 'failed';
  if (events.filter(isFinal).length !== 1 || !isFinal(events.at(-1) as ProviderEvent)) {
    throw new Error(`not one final event at the end: ${events.map(({ type }) => type)}`);
  }
  return { events, final: events.at(-1) as FinalEvent, items: itemsIn(events), text: textIn(events) };
}

export interface Answer {
  events: ProviderEvent[];
  final: FinalEvent;
  items: ModelItem[];
  /** Of the text deltas. */
  text: string;
}

/** Asks a server that does these things once. */
export async function askServer(
  api: keyof typeof apis,
  act: Act,
  fields: Partial<Endpoint> = {},
  request = requestOf(),
) {
  const server = await startModelServer(act);
  try {
    const answer = await ask(providerAt(server.url, api, fields), request);
    return { ...answer, requests: server.requests };
  } finally {
    await server.close();
  }
}

function itemsIn(events: ProviderEvent[]): ModelItem[] {
  return events.flatMap((event) => (event.type === 'item' ? [event.item] : []));
}

function textIn(events: ProviderEvent[]): string {
  return events.map((event) => (event.type === 'text_delta' ? event.text : '')).join('');
}
