import { setMaxListeners } from 'node:events';
import { toFailure } from '../base/failure.ts';
import type { Clock } from '../base/io.ts';
import type { DynamicTool, History, SandboxPolicy, ThreadSettings } from '../model/history.ts';
import { newId } from '../model/new-id.ts';
import type { SessionPorts } from '../model/session-ports.ts';
import type { Home } from '../store/home.ts';
import type { Agent } from './agent.ts';
import type { AskPort } from './approvals/ask-port.ts';
import type { Terminal } from './approvals/ask-terminal.ts';
import { type Begun, begin } from './begin-session.ts';
import { compact } from './compaction.ts';
import type { Config } from './config/config.ts';
import type { ConfigFlags } from './config/load-config.ts';
import { makeAgent } from './make-agent.ts';
import type { OpenTools } from './open-tools.ts';
import type { Recorder, RecordingEnd, UserInput } from './recorder/recorder.ts';
import type { SessionEvent } from './session-events.ts';
import { runTurn, type TurnResult } from './turn.ts';

export interface SessionOptions {
  home: Home;
  /** Where the program was called, absolute. */
  cwd: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Of the user: for what is made outside of the home. */
  umask: number;
  clock: Clock;
  version: string;
  source: 'exec' | 'cli';
  ports: SessionPorts;
  thread: SessionThread;
  /** Where the agent works; null where the thread did, else where the program was called. */
  workIn: string | null;
  flags: ConfigFlags;
  /** Each `KEY=VALUE` of `-c`. */
  overrides: readonly string[];
  profile: string | undefined;
  /** JSON Schema of the answers; null for any. */
  outputSchema: unknown;
  /** Where approvals are asked for; null when there is nowhere. */
  terminal: Terminal | null;
  /** Where they are asked for instead, by whoever shows the session in a way of its own. */
  ask?: AskPort;
  /** Ends waiting while the session is opened. */
  signal: AbortSignal;
  onEvent(event: SessionEvent): void;
}

/** Nothing is written of an ephemeral one, also not of a thread that it goes on from. */
export type SessionThread =
  | {
      kind: 'new';
      isEphemeral: boolean;
      dynamicTools: readonly DynamicTool[];
      toolsFile: string | null;
      /** Of another thread, which this one begins like. */
      settings?: ThreadSettings | undefined;
    }
  | { kind: 'resumed'; threadId: string; isEphemeral: boolean };

/** An agent at work in a thread, for as many turns as there are. */
export interface Session {
  readonly threadId: string;
  readonly config: Config;
  readonly cwd: string;
  readonly sandboxPolicy: SandboxPolicy;
  /** Of a thread that is gone on with. */
  readonly history: History | null;
  readonly tail: Recorder['tail'];
  /** See `runTurn`. */
  turn(input: UserInput, signal: AbortSignal): Promise<TurnResult>;
  /** Summarises the history now. Returns why it could not be done; null when it was. */
  compact(signal: AbortSignal): Promise<string | null>;
  /**
   * Resolves when all records so far were told of, and would outlive a loss of power.
   *
   * @throws Failure `trouble` when they would not
   */
  flush(): Promise<void>;
  /**
   * Gives the thread free, with its index row in step; must be called.
   *
   * @param isClean whether the rollout may be compressed now; one that nothing was added to stays as it was
   * @throws Failure `trouble` when not everything could be written
   */
  close(isClean: boolean): Promise<RecordingEnd>;
}

/**
 * Opens a session: its thread is held, the agent is set up, nothing is recorded yet.
 *
 * @throws Failure `busy` when another process has the thread open, `refused` where there is no sandbox, `usage` for what is
 *   wrong with the configuration or the thread
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const begun = await begin(options);
  try {
    const { agent, tools } = await makeAgent(options, begun);
    return sessionOf(options, begun, agent, tools);
  } catch (error) {
    await begun.recorder.close({ compress: begun.wasCompressed ? 'exit' : 'never' });
    throw error;
  }
}

function sessionOf({ ports, thread, clock }: SessionOptions, begun: Begun, agent: Agent, tools: OpenTools): Session {
  const { recorder, config, wasCompressed } = begun;
  let isTouched = false;
  const compression = async (isClean: boolean): Promise<Config['compress']> => {
    if (!isTouched) return wasCompressed ? 'exit' : 'never';
    if (!isClean || config.compress === 'never' || thread.isEphemeral) return 'never';
    // What is held may be gone on with, and nothing else is to become of its file.
    return (await ports.isHeld(recorder.threadId)) ? 'never' : config.compress;
  };
  return {
    threadId: recorder.threadId,
    config,
    cwd: begun.cwd,
    sandboxPolicy: config.sandboxPolicy,
    history: begun.history,
    tail: recorder.tail,
    turn(input, signal) {
      isTouched = true;
      // Any number of calls may listen to it side by side, and Node would warn of that on the terminal.
      setMaxListeners(0, signal);
      return runTurn(agent, input, signal);
    },
    async compact(signal) {
      isTouched = true;
      recorder.begin({ turnId: newId(clock.now()), contextWindow: agent.contextWindow });
      const failure = await compact(agent, signal);
      recorder.endTurn({ outcome: 'completed', lastMessage: null, ...(failure && { error: failure.message }) });
      return failure?.message ?? null;
    },
    async flush() {
      await recorder.barrier();
      await new Promise<void>((resolve) => recorder.inOrder(resolve));
    },
    async close(isClean) {
      await tools.close();
      const end = await closeRecorder(recorder, await compression(isClean));
      if (end.path !== null && !thread.isEphemeral) await ports.index(recorder.threadId);
      return end;
    },
  };
}

async function closeRecorder(recorder: Recorder, compress: Config['compress']): Promise<RecordingEnd> {
  try {
    return await recorder.close({ compress });
  } catch (error) {
    throw recorder.failure ?? toFailure(error);
  }
}
