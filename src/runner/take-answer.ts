import type { ModelItem } from '../model/history.ts';
import { type Agent, putItem } from './agent.ts';
import { failed } from './providers/failed.ts';
import type { ProviderFailure } from './providers/provider.ts';

/** What came of one request. */
export interface Answer {
  items: ModelItem[];
  /** Why it ended before it was complete. */
  failure: ProviderFailure | null;
}

/** Asks the model to go on, and records what it answers, item by item. */
export async function takeAnswer(agent: Agent, signal: AbortSignal): Promise<Answer> {
  const { recorder, meter, settings, onEvent } = agent;
  const request = {
    threadId: agent.threadId,
    model: settings.model,
    instructions: agent.instructions,
    items: [...agent.items],
    tools: agent.tools.map(({ spec }) => spec),
    reasoning: { effort: settings.reasoningEffort, summary: settings.reasoningSummary },
    outputSchema: agent.outputSchema,
  };
  const items: ModelItem[] = [];
  for await (const event of agent.provider.stream(request, signal)) {
    if (event.type === 'failed') return { items, failure: event };
    if (event.type === 'completed') {
      if (event.usage) {
        meter.add(event.usage, agent.items.length);
        recordTokens(agent);
      }
      return { items, failure: null };
    }
    if (event.type === 'item') {
      putItem(agent, event.item);
      items.push(event.item);
    }
    onEvent(event);
    if (recorder.failure) throw recorder.failure;
  }
  return { items, failure: failed('stream', 'the answer ended before it was complete') };
}

/** Writes down what the meter shows. */
export function recordTokens({ recorder, meter, contextWindow }: Agent): void {
  const { total, last } = meter;
  if (total && last) recorder.tokens({ total, last, contextWindow });
}
