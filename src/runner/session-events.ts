import type { ModelItem } from '../model/history.ts';
import type { RecordedEvent } from './recorder/recorder.ts';
import type { ToolOutcome, ToolRequest } from './tools/tool.ts';

/** What a running session tells whoever shows it. */
export type SessionEvent =
  /** A record that stands in the rollout now; of an ephemeral thread, that would. */
  | { type: 'record'; record: RecordedEvent }
  /** Pieces of an answer as it comes. They are void when a `retry` follows before the record. */
  | { type: 'text_delta'; text: string }
  | { type: 'reasoning_delta'; text: string }
  /** A whole item of an answer, before its record is written. */
  | { type: 'item'; item: ModelItem }
  | { type: 'call'; call: ToolRequest }
  /** Output of a call while it runs. */
  | { type: 'output_delta'; callId: string; text: string }
  | { type: 'outcome'; call: ToolRequest; outcome: ToolOutcome }
  /** The request is sent again after a while. */
  | { type: 'retry'; message: string; delayMs: number }
  /** Something that people should know; one line. */
  | { type: 'note'; message: string };
