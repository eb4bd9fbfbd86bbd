import type { Clock } from '../../base/io.ts';
import type { Approver } from '../approvals.ts';
import type { ToolSpec } from '../providers/provider.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { ToolNote } from './note.ts';

/** One thing that the agent can do. */
export interface Tool {
  readonly spec: ToolSpec;
  /** Whether a call can change anything outside of the conversation: its intent is made durable before it runs. */
  readonly hasSideEffects: boolean;
  /**
   * Runs one call. It never throws for what the model or the world did wrong: that is an outcome, with a text from which the
   * model can learn. It throws a `Failure` of kind `refused` only where the whole run must end, such as without a sandbox.
   */
  run(call: ToolRequest, context: ToolContext): Promise<ToolOutcome>;
}

export interface ToolRequest {
  callId: string;
  name: string;
  /** As the model wrote them: JSON text for functions, free text for custom tools. Not checked yet. */
  argumentsText: string;
}

export interface ToolContext {
  /** Absolute. */
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Of the user: for files that are made. */
  umask: number;
  sandbox: Sandbox;
  approver: Approver;
  clock: Clock;
  signal: AbortSignal;
  /** Output as it comes, for people. */
  onOutput(text: string): void;
}

export interface ToolOutcome {
  /** What the model gets: text, or content parts of the Responses API (`input_text`, `input_image`). */
  output: string | { type: string; [key: string]: unknown }[];
  status: 'completed' | 'failed' | 'declined' | 'aborted';
  exitCode?: number;
  durationMs?: number;
  note?: ToolNote;
}
