/** What a tool tells besides its output, in the words of the event stream: for the rollout, for people, for `--json`. */
export type ToolNote = FileChangeNote | CommandNote | PlanNote | McpNote | DynamicNote;

export interface FileChangeNote {
  type: 'file_change';
  call_id: string;
  /** By absolute path. */
  changes: Readonly<Record<string, ChangedFile>>;
  status: 'completed' | 'failed' | 'declined';
  success: boolean;
  stdout: string;
  stderr: string;
}

/** What became of one file. */
export type ChangedFile =
  | { type: 'add'; content: string }
  | { type: 'delete'; content: string }
  | { type: 'update'; unified_diff: string; move_path: string | null };

export interface CommandNote {
  type: 'CommandExecution';
  call_id: string;
  /** argv. */
  command: string[];
  cwd: string;
  /** Null when a signal ended it. */
  exit_code: number | null;
  duration_ms: number;
  status: NoteStatus;
}

export interface PlanNote {
  type: 'PlanUpdate';
  explanation: string | null;
  plan: readonly { step: string; status: string }[];
}

export interface McpNote {
  type: 'McpToolCall';
  server: string;
  tool: string;
  status: NoteStatus;
}

export interface DynamicNote {
  type: 'DynamicToolCall';
  tool: string;
  status: NoteStatus;
  success: boolean;
}

type NoteStatus = 'completed' | 'failed' | 'declined' | 'aborted';
