import type { TokenUsage } from '../../model/event.ts';
import type { ModelItem } from '../../model/history.ts';
import type { ProviderFailure } from './provider.ts';

/** What a scripted provider plays. */
export interface Script {
  /** The n-th request of a run gets the n-th step, a failed one included. */
  steps: ScriptStep[];
  /** The answer to every request after the last step. */
  last: string;
}

/** One answer; its parts come in this order. */
export interface ScriptStep {
  /** Text that the last item of the request must have in it; else the answer is a failure that says so. */
  expect: string | null;
  /** How long the answer keeps waiting, in milliseconds. */
  delayMs: number;
  reasoning: string | null;
  text: string | null;
  calls: ScriptCall[];
  /** Any other output items, as they are. */
  items: ModelItem[];
  usage: TokenUsage | null;
  /** Ends the answer: the texts before it have streamed, but no item is given. */
  fail: ProviderFailure | null;
}

/** A function call with JSON text as its input, or a custom tool call with free text. */
export interface ScriptCall {
  kind: 'function' | 'custom';
  name: string;
  input: string;
  /** Made up when null. */
  id: string | null;
}
