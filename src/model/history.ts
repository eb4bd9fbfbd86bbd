import type { TokenUsage } from './event.ts';

/**
 * A model input or output in the form of the Responses API, which is also how Codex records it: `message`, `reasoning`,
 * `function_call`, `function_call_output`, `custom_tool_call`, `custom_tool_call_output`, `local_shell_call`, …
 */
export interface ModelItem {
  type: string;
  [key: string]: unknown;
}

/** What a thread goes on from: its effective history, and everything else that a resumed agent takes over. */
export interface History {
  threadId: string;
  /** What the next request begins with, in order: after rollback, compaction and inheritance. */
  items: ModelItem[];
  /** Recorded turns, with those rolled back. */
  turns: number;
  /** `interrupted` when the last turn was cut off; either takes new input. */
  state: 'idle' | 'interrupted';
  settings: ThreadSettings;
  tokens: { total: TokenUsage | null; last: TokenUsage | null; contextWindow: number | null };
  dynamicTools: DynamicTool[];
  /** Null where the dialect has none, which counts as enabled. */
  memoryMode: 'enabled' | 'disabled' | null;
  /** Instructions that the thread was begun with; null when it was not recorded. */
  baseInstructions: string | null;
  forkedFrom: string | null;
  /** Why the thread cannot be continued in its own file, in words; null when it can. What is here can be forked from anyhow. */
  obstacle: string | null;
}

/** What was set when the thread last ran; null where it was not recorded. */
export interface ThreadSettings {
  cwd: string | null;
  model: string | null;
  modelProvider: string | null;
  reasoningEffort: string | null;
  reasoningSummary: string | null;
  approvalPolicy: string | null;
  sandboxPolicy: SandboxPolicy | null;
}

/** How far commands may reach. */
export type SandboxPolicy =
  | { type: 'read-only' }
  | {
      type: 'workspace-write';
      writableRoots: string[];
      network: boolean;
      /** Whether `/tmp`, and the folder that TMPDIR names, cannot be written to. */
      excludeSlashTmp?: boolean;
      excludeTmpdir?: boolean;
    }
  | { type: 'danger-full-access' };

/** A tool that the caller brought along, as it is recorded in `session_meta.dynamic_tools`. */
export interface DynamicTool {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  inputSchema: unknown;
  /** argv of the program that runs it: arguments as JSON on stdin, output on stdout. Absent in threads of Codex. */
  command?: string[];
}
