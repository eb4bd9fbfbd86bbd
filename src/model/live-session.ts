import type { Event } from './event.ts';
import type { SeqRange } from './rollback.ts';
import type { ThreadRow } from './thread-row.ts';

/** What an interactive screen asks of the rest of the program: it knows neither the agent, nor the home, nor the index. */
export interface ScreenPorts {
  agents: AgentPort;
  sessions: SessionPort;
  workspace: WorkspacePort;
}

/** Opens sessions in which an agent works. */
export interface AgentPort {
  /**
   * @throws Failure `busy` when another process has the thread open, `refused` where there is no sandbox, `usage` for what is
   *   wrong with the configuration or the thread
   */
  open(thread: WantedThread, options: OpenOptions): Promise<LiveSession>;
  /**
   * Clones a thread.
   *
   * @param beforeTurn the first recorded turn, counted from 1, that the fork does not have; null for all of them
   * @throws Failure as `sessions fork` does
   */
  fork(threadId: string, beforeTurn: number | null): Promise<{ threadId: string; turn: number }>;
}

export type WantedThread =
  /** Set as the open session `like`; without one, as the configuration says. */
  { kind: 'new'; like?: string } | { kind: 'resumed'; threadId: string };

export interface OpenOptions {
  /** Absolute; null where the thread did work, else where the program was called. */
  cwd: string | null;
  /** What was chosen while the program runs; null for what the configuration or the thread says. */
  model: string | null;
  approvals: ApprovalMode | null;
  /** Everything that happens, in order, from the opening on. */
  onEvent(event: LiveEvent): void;
  /** Decides on what is not simply allowed; the signal fires when nobody waits for it any longer. */
  ask(question: ApprovalQuestion, signal: AbortSignal): Promise<ApprovalAnswer>;
  signal: AbortSignal;
}

export type ApprovalMode = 'untrusted' | 'on-request' | 'never';

/** An agent at work in a thread. */
export interface LiveSession {
  readonly threadId: string;
  readonly facts: LiveFacts;
  /** Takes one turn. Never throws. */
  turn(input: PromptInput, signal: AbortSignal): Promise<TurnEnd>;
  /** Summarises the history now. Returns why it could not be done; null when it was. */
  compact(signal: AbortSignal): Promise<string | null>;
  /** Gives the thread free; must be called. Returns the problems of the end, for people. */
  close(): Promise<string[]>;
}

export interface LiveFacts {
  model: string;
  provider: string;
  /** `read-only`, `workspace-write`, `danger-full-access`. */
  sandbox: string;
  approvals: ApprovalMode;
  /** Absolute. */
  cwd: string;
  /** Tokens; null where it is not known. */
  contextWindow: number | null;
  /** Of the home, or null where it has none yet. */
  name: string | null;
  /** Recorded turns that a resumed thread had when it was opened; 0 of a new one. */
  turns: number;
}

export interface PromptInput {
  text: string;
  /** Absolute paths of images. */
  images: readonly string[];
}

export interface TurnEnd {
  outcome: 'completed' | 'interrupted' | 'failed';
  /** Of a failed one, for people. */
  error: string | null;
  /** It failed before anything of it was recorded or sent, as where an image cannot be read. */
  isUnsaid?: boolean;
}

export type LiveEvent =
  /** A record that stands in the rollout now, in the published form. */
  | { type: 'record'; event: Event }
  /** Pieces of an answer as it comes. They are void when a `retry` follows before the record. */
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  /** A call of the answer is run now: others wait until it is their turn. */
  | { type: 'call'; callId: string }
  /** Output of a call while it runs. */
  | { type: 'output'; callId: string; text: string }
  /** The request is sent again after a while. */
  | { type: 'retry'; message: string; delayMs: number }
  /** Something that people should know; one line. */
  | { type: 'note'; message: string };

export interface ApprovalQuestion {
  callId: string;
  kind: 'command' | 'patch' | 'tool';
  /** What is to be done; may hold hostile text. */
  summary: string;
  /** Why the agent asks; null when it gave no reason. */
  reason: string | null;
  cwd: string;
  /** How far it would reach: `read-only`, `workspace-write, network off`, `none: …`. */
  sandbox: string;
}

export interface ApprovalAnswer {
  decision: 'approved' | 'declined' | 'abort';
  /** What the agent is told; null for nothing. */
  reason: string | null;
}

/** The sessions of the home. */
export interface SessionPort {
  /**
   * All sessions, archived ones too, the ones updated last first, in small batches so that the first can be shown before the
   * others are read. While the index is being made, they come in the order in which they are read. A row that turns out to
   * have changed comes again, with the same id.
   */
  rows(signal: AbortSignal): AsyncIterable<readonly SessionRow[]>;
  /**
   * The recorded thread as `sessions show` has it, in batches; of these turns alone when they are given.
   *
   * @param onTakenBack hears what rollbacks take back, which is then not marked: without it, a thread that holds one is read twice
   */
  read(
    threadId: string,
    turns: TurnRange | null,
    signal: AbortSignal,
    onTakenBack?: (ranges: readonly SeqRange[]) => void,
  ): AsyncIterable<readonly Event[]>;
  /** What was said last, the newest at the end, for a preview. */
  preview(threadId: string, signal: AbortSignal): Promise<readonly Said[]>;
  /** The id of a session, as a user names it. @throws Failure `usage` with candidates */
  resolve(session: string): Promise<string>;
  /** Returns what the user should know of the name. @throws Failure for one that cannot be given */
  rename(threadId: string, name: string): Promise<readonly string[]>;
  /**
   * With what it has spawned, or with what of it is named. Returns the ids of those that were moved, which were not in the archive
   * before.
   */
  archive(threadId: string, only?: readonly string[]): Promise<readonly string[]>;
  /** Returns the ids of those that were moved. */
  unarchive(threadId: string, only?: readonly string[]): Promise<readonly string[]>;
  /** Moves it to the trash, with what it has spawned, by the vetoes of `prune`. @throws Failure `refused` with the reason */
  trash(threadId: string): Promise<Trashed>;
  /** Takes a `trash` back. */
  restore(tx: string): Promise<void>;
}

export interface Trashed {
  /** The transaction that takes it back. */
  tx: string;
  /** Of all that it moved. */
  threadIds: readonly string[];
}

export interface TurnRange {
  from: number;
  /** Included. */
  to: number;
}

export interface Said {
  by: 'user' | 'agent';
  text: string;
}

/** What the picker needs of a row of `ls`. */
export type SessionRow = Pick<
  ThreadRow,
  | 'thread_id'
  | 'name'
  | 'first_message'
  | 'cwd'
  | 'git_branch'
  | 'model'
  | 'source'
  | 'created_at'
  | 'updated_at'
  | 'turns'
  | 'archived'
  | 'live'
  | 'forked_from_id'
  | 'parent_thread_id'
  | 'damage'
>;

/** Where the agent works, and what belongs to the user. */
export interface WorkspacePort {
  /** The branch that is checked out; null where there is none. */
  branch(cwd: string): Promise<string | null>;
  /** Files below a folder whose path has these letters in this order, the best first. */
  files(cwd: string, letters: string, signal: AbortSignal): Promise<readonly string[]>;
  /** What was changed since the last commit, as a unified diff, untracked files too; null outside of a repository. */
  diff(cwd: string, signal: AbortSignal): Promise<string | null>;
  /** Prompts of earlier runs, the newest last. */
  prompts(): Promise<readonly string[]>;
  /** Remembers a prompt. */
  addPrompt(threadId: string, text: string): Promise<void>;
  /** Models that the configuration names. */
  models(): Promise<readonly string[]>;
  /** Whether one can work there now. */
  hasFolder(path: string): Promise<boolean>;
  /** Whether the folder of a chosen session is used without asking. */
  folderChoice(): Promise<'ask' | 'session' | 'current'>;
  setFolderChoice(choice: 'session' | 'current'): Promise<void>;
}
