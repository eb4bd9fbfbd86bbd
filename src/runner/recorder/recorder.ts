import type { Failure } from '../../base/failure.ts';
import type { EventBody, TokenUsage } from '../../model/event.ts';
import type { DynamicTool, ModelItem, SandboxPolicy } from '../../model/history.ts';
import type { ApprovalDecision } from '../approvals.ts';
import type { ChangedFile } from '../tools/note.ts';

/**
 * Writes down what happens in a thread, in the thread's own dialect, so that Codex can go on with it. Calls return at once;
 * records are written in their order. Once something could not be written all further acknowledgements are rejected.
 */
export interface Recorder {
  readonly threadId: string;
  /** Of the plain rollout, which is made with the first record; null for a thread that leaves no trace. */
  readonly path: string | null;
  readonly dialect: RecordDialect;
  /** What was unfinished at the end of a resumed rollout; it stays there, on a line of its own. */
  readonly tail: { offset: number; length: number; isRecord: boolean } | null;
  /** What ended the recording; null while all is well. */
  readonly failure: Failure | null;
  /** A turn begins. After it come context items, `context`, `userMessage`. */
  begin(turn: TurnStart): Ack;
  /** What is set in this turn. */
  context(settings: TurnSettings): Ack;
  /** What the user typed: as the model gets it, and as people see it. */
  userMessage(input: UserInput): Ack;
  /** A model input or output as it is, with what the dialect says besides of messages and reasoning. */
  item(item: ModelItem): Ack;
  /** A command that ran. The envelope dialect has it in the call's output only. */
  command(command: CommandRun): Ack;
  /** Files that were changed, or were to be. */
  fileChange(change: FileChange): Ack;
  approval(approval: { callId: string } & ApprovalDecision): Ack;
  /** Of the whole thread, and of the last request. */
  tokens(tokens: { total: TokenUsage; last: TokenUsage; contextWindow: number | null }): Ack;
  /** Everything before is replaced by these items. */
  compacted(compaction: { message: string; items: readonly ModelItem[] }): Ack;
  /** Any other `event_msg` that Codex knows or passes over. */
  event(payload: { type: string; [key: string]: unknown }): Ack;
  endTurn(end: TurnEnd): Ack;
  /** Does something once all records so far were told of, or cannot be written, and before any later one is told of. */
  inOrder(act: () => void): void;
  /**
   * Resolves when everything so far would outlive a loss of power.
   *
   * @throws Failure `trouble` when it does not
   */
  barrier(): Promise<void>;
  /**
   * Writes what is left and gives the thread free; must be called.
   *
   * @param options.compress puts the rollout into a `.jsonl.zst` at once for `exit`; others leave it as it is
   *
   * @throws Failure `trouble` when not everything could be written
   */
  close(options: { compress: 'exit' | 'cold' | 'never' }): Promise<RecordingEnd>;
}

export type RecordDialect = 'envelope' | 'paginated';

/** What becomes of a record. Both reject with the `Failure` that ended the recording; nobody has to listen. */
export interface Ack {
  /** It outlives the end of this process. */
  written: Promise<void>;
  /** It outlives a loss of power. */
  durable: Promise<void>;
}

export interface RecordingEnd {
  /** Where the session is now; null when nothing was recorded. */
  path: string | null;
  /** Why it could not be compressed; it is whole all the same. */
  problem: Failure | null;
}

/** A record as it was written, for the event stream. */
export interface RecordedEvent {
  body: EventBody;
  dialect: RecordDialect;
  /** RFC 3339 UTC. */
  timestamp: string;
  /** 1-based line of the rollout. */
  line: number;
  /** Length of the line. */
  bytes: number;
}

/** What a thread is begun with. */
export interface ThreadStart {
  cwd: string;
  source: 'exec' | 'cli';
  /** Version of this program. */
  version: string;
  modelProvider: string;
  baseInstructions: string | null;
  git: GitState | null;
  dynamicTools: readonly DynamicTool[];
  memoryMode: 'enabled' | 'disabled' | null;
  forkedFrom: string | null;
}

/** Null for what the repository does not have. */
export interface GitState {
  commit: string | null;
  branch: string | null;
  url: string | null;
}

export interface TurnStart {
  /** A UUID of version 7. */
  turnId: string;
  contextWindow: number | null;
}

export interface TurnSettings {
  cwd: string;
  model: string;
  approvalPolicy: string;
  sandboxPolicy: SandboxPolicy;
  reasoningEffort: string | null;
  reasoningSummary: string | null;
  /** Such as `Europe/Vienna`. */
  timezone: string;
  /** Text of AGENTS.md; null without one. */
  userInstructions: string | null;
}

export interface UserInput {
  text: string;
  /** Pictures by URL, as data where they came that way. */
  images: readonly string[];
  /** Pictures from files, with their content as a data URL. */
  localImages: readonly { path: string; url: string }[];
  /** What the model is given, when it is not just that. */
  item?: ModelItem;
}

export interface CommandRun {
  callId: string;
  argv: readonly string[];
  cwd: string;
  output: string;
  /** Null when it was ended by a signal. */
  exitCode: number | null;
  status: 'completed' | 'failed';
  durationMs: number;
}

export interface FileChange {
  callId: string;
  /** By absolute path. */
  changes: Readonly<Record<string, ChangedFile>>;
  status: 'completed' | 'failed' | 'declined';
  stdout: string;
  stderr: string;
}

export type TurnEnd =
  | { outcome: 'completed'; lastMessage: string | null; error?: string }
  | { outcome: 'aborted'; reason: 'interrupted' | 'replaced' };
