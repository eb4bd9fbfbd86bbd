import type { ModelItem } from '../model/history.ts';
import type { Agent } from './agent.ts';
import { contextItems } from './instructions/context-items.ts';
import { failed } from './providers/failed.ts';
import type { ProviderFailure } from './providers/provider.ts';
import { assistantText } from './recorder/message-text.ts';
import { recordTokens } from './take-answer.ts';
import { typedMessages } from './typed-messages.ts';

/**
 * Replaces the history by what the user said and a summary of the rest, which the model itself writes, and records that. When
 * even the request for the summary is too long, it goes without the oldest items.
 *
 * @returns why it could not be done; null when it was
 */
export async function compact(agent: Agent, signal: AbortSignal): Promise<ProviderFailure | null> {
  let asked = agent.items;
  for (;;) {
    const found = await askForSummary(agent, asked, signal);
    if ('summary' in found) {
      replaceHistory(agent, `${summaryPrefix}\n${found.summary}`);
      return null;
    }
    if (found.failure.kind !== 'context-length' || asked.length <= 1) return found.failure;
    asked = withoutOldest(asked);
  }
}

/** As Codex begins its summaries, which it knows them by. */
export const summaryPrefix =
  'Another language model started to solve this problem and produced a summary of its thinking process. You also have ' +
  'access to the state of the tools that were used by that language model. Use this to build on the work that has already ' +
  'been done and avoid duplicating work. Here is the summary produced by the other language model, use the information in ' +
  'this summary to assist with your own analysis:';

const request = `The conversation has to be shortened. Write a summary from which another agent, who sees nothing else of it but the user's messages, can go on without a break:

- what was asked for, with every condition and preference of the user that still holds;
- what was done and found out, with the paths, names, commands and error texts that will be needed again;
- what was decided, and why;
- what is left to do, step by step, beginning with what was under way.

Write the summary alone. Be brief, and leave nothing out that cannot be found out again at once.`;

/** In characters. A longer one does not shorten anything. */
const longestSummary = 200_000;

async function askForSummary(
  agent: Agent,
  items: readonly ModelItem[],
  signal: AbortSignal,
): Promise<{ summary: string } | { failure: ProviderFailure }> {
  const { settings } = agent;
  const question = { type: 'message', role: 'user', content: [{ type: 'input_text', text: request }] };
  let summary = '';
  const stream = agent.provider.stream(
    {
      threadId: agent.threadId,
      model: settings.model,
      instructions: agent.instructions,
      items: [...items, question],
      tools: [],
      reasoning: { effort: settings.reasoningEffort, summary: settings.reasoningSummary },
      outputSchema: null,
    },
    signal,
  );
  for await (const event of stream) {
    if (event.type === 'failed') return { failure: event };
    if (event.type === 'item') summary = assistantText(event.item) ?? summary;
    if (event.type === 'completed') {
      if (event.usage) agent.meter.addAside(event.usage);
      if (summary === '') return { failure: failed('refused', 'the model gave no summary') };
      return { summary: summary.slice(0, longestSummary) };
    }
  }
  return { failure: failed('stream', 'the summary ended before it was complete') };
}

function replaceHistory(agent: Agent, message: string): void {
  const context = contextItems({ ...agent.context, now: agent.clock.now() });
  const summary = { type: 'message', role: 'user', content: [{ type: 'input_text', text: message }] };
  const items = [...context, ...typedMessages(agent.items, summaryPrefix), summary];
  agent.recorder.compacted({ message, items });
  agent.items.splice(0, agent.items.length, ...items);
  agent.meter.restart(items);
  recordTokens(agent);
}

/** Without a quarter of the items, and without outputs whose calls were among them: servers refuse those. */
function withoutOldest(items: readonly ModelItem[]): ModelItem[] {
  const kept = items.slice(Math.max(1, Math.ceil(items.length / 4)));
  const calls = new Set(kept.filter(({ type }) => type.endsWith('_call')).map(({ call_id }) => call_id));
  return kept.filter(({ type, call_id }) => !type.endsWith('_output') || calls.has(call_id));
}
