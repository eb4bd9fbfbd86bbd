import type { Clock } from '../base/io.ts';
import type { ModelItem } from '../model/history.ts';
import type { AgentContext } from './instructions/context-items.ts';
import type { Provider } from './providers/provider.ts';
import type { Recorder, TurnSettings } from './recorder/recorder.ts';
import type { Attempts } from './retries.ts';
import type { SessionEvent } from './session-events.ts';
import type { TokenMeter } from './token-meter.ts';
import type { Tool, ToolContext } from './tools/tool.ts';

/** All that a turn works with. */
export interface Agent {
  threadId: string;
  /** The history, as the next request begins with it; turns add to it. */
  items: ModelItem[];
  meter: TokenMeter;
  recorder: Recorder;
  /** Which asks again by itself as long as nothing of an answer was given. */
  provider: Provider;
  attempts: Attempts;
  tools: readonly Tool[];
  toolContext: Omit<ToolContext, 'signal' | 'onOutput'>;
  settings: TurnSettings;
  /** What the model is told of settings. */
  context: Omit<AgentContext, 'now'>;
  instructions: string;
  contextWindow: number | null;
  /** Tokens of a request from which on the history is compacted; null for never. */
  compactLimit: number | null;
  /** JSON Schema of the answer; null for any. */
  outputSchema: unknown;
  clock: Clock;
  onEvent(event: SessionEvent): void;
}

/** Takes an item into the history and the rollout. */
export function putItem(agent: Agent, item: ModelItem): void {
  agent.recorder.item(item);
  agent.items.push(item);
}
