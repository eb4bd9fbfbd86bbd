import type { Event } from '../../../src/model/event.ts';
import type {
  ApprovalAnswer,
  ApprovalQuestion,
  LiveEvent,
  LiveFacts,
  LiveSession,
  OpenOptions,
  PromptInput,
  ScreenPorts,
  TurnEnd,
  WantedThread,
} from '../../../src/model/live-session.ts';

/** An agent that does what a test tells it to. */
export class ScriptedAgent implements LiveSession {
  readonly threadId: string;
  readonly facts: LiveFacts;
  readonly options: OpenOptions;
  readonly inputs: PromptInput[] = [];
  isClosed = false;
  problems: string[] = [];
  /** Of the turn that runs. */
  signal: AbortSignal | null = null;
  compactProblem: string | null = null;
  #end: ((end: TurnEnd) => void) | null = null;
  #seq = 0;
  #turn: number;

  constructor(threadId: string, options: OpenOptions, facts: Partial<LiveFacts> = {}) {
    this.threadId = threadId;
    this.options = options;
    this.facts = {
      ...{ model: options.model ?? 'a-model', provider: 'scripted', sandbox: 'workspace-write' },
      ...{ approvals: options.approvals ?? 'on-request', cwd: options.cwd ?? '/work/place' },
      ...{ contextWindow: 100_000, name: null, turns: 0 },
      ...facts,
    };
    this.#turn = this.facts.turns;
  }

  turn(input: PromptInput, signal: AbortSignal): Promise<TurnEnd> {
    this.inputs.push(input);
    this.signal = signal;
    this.#turn += 1;
    this.record({ type: 'EventMsg', msg: { type: 'UserMessage', text: input.text } });
    return new Promise((resolve) => {
      this.#end = resolve;
      signal.addEventListener('abort', () => this.end({ outcome: 'interrupted', error: null }));
    });
  }

  get isWorking(): boolean {
    return this.#end !== null;
  }

  end(end: TurnEnd = { outcome: 'completed', error: null }): void {
    this.#end?.(end);
    this.#end = null;
  }

  async compact(): Promise<string | null> {
    return this.compactProblem;
  }

  async close(): Promise<string[]> {
    this.isClosed = true;
    return this.problems;
  }

  emit(event: LiveEvent): void {
    this.options.onEvent(event);
  }

  record(body: Pick<Event, 'type'> & { [key: string]: unknown }): void {
    this.emit({ type: 'record', event: eventOf({ ...body, seq: this.#seq++, turn: this.#turn }) });
  }

  say(text: string): void {
    this.emit({ type: 'text', text });
    this.record({ type: 'EventMsg', msg: { type: 'AgentMessage', text } });
  }

  ask(question: Partial<ApprovalQuestion> = {}, signal = new AbortController().signal): Promise<ApprovalAnswer> {
    const whole = {
      callId: 'c',
      kind: 'command',
      summary: 'rm -rf /',
      reason: null,
      cwd: '/work',
      sandbox: 'none',
    } as const;
    return this.options.ask({ ...whole, ...question }, signal);
  }
}

export function eventOf(fields: { [key: string]: unknown }): Event {
  return { thread_id: null, seq: 0, timestamp: '2026-01-01T00:00:00.000Z', turn: 1, ...fields } as unknown as Event;
}

export interface ScriptedPorts extends ScreenPorts {
  /** All that were opened. */
  agents: ScreenPorts['agents'] & { opened: ScriptedAgent[]; wanted: WantedThread[] };
  /** What was asked of the ports, in words. */
  calls: string[];
}

/** @param change replaces functions of the ports */
export function scriptedPorts(
  change: {
    agents?: Partial<ScreenPorts['agents']>;
    sessions?: Partial<ScreenPorts['sessions']>;
    workspace?: Partial<ScreenPorts['workspace']>;
    facts?: Partial<LiveFacts>;
  } = {},
): ScriptedPorts {
  const opened: ScriptedAgent[] = [];
  const wanted: WantedThread[] = [];
  const calls: string[] = [];
  const note = (what: string) => void calls.push(what);
  return {
    calls,
    agents: {
      opened,
      wanted,
      async open(thread, options) {
        wanted.push(thread);
        const id = thread.kind === 'resumed' ? thread.threadId : `new-${opened.length + 1}`;
        const facts = thread.kind === 'resumed' ? { turns: 4, ...change.facts } : {};
        const agent = new ScriptedAgent(id, options, facts);
        opened.push(agent);
        return agent;
      },
      async fork(threadId, beforeTurn) {
        note(`fork ${threadId} ${beforeTurn}`);
        return { threadId: `fork-of-${threadId}`, turn: beforeTurn === null ? 4 : beforeTurn - 1 };
      },
      ...change.agents,
    },
    sessions: {
      async *rows() {},
      async *read(threadId, turns) {
        note(`read ${threadId} ${turns ? `${turns.from}-${turns.to}` : 'all'}`);
        const { from, to } = turns ?? { from: 1, to: 4 };
        for (let turn = from; turn <= to; turn++) {
          yield [
            eventOf({ turn, type: 'EventMsg', msg: { type: 'UserMessage', text: `question ${turn}` } }),
            eventOf({ turn, type: 'EventMsg', msg: { type: 'AgentMessage', text: `answer ${turn}` } }),
          ];
        }
      },
      async preview() {
        return [];
      },
      async resolve(session) {
        return `id-of-${session}`;
      },
      async rename(threadId, name) {
        note(`rename ${threadId} ${name}`);
        return [];
      },
      async archive(threadId) {
        return [threadId];
      },
      async unarchive(threadId) {
        return [threadId];
      },
      async trash() {
        return { tx: 'tx', threadIds: [] };
      },
      async restore() {},
      ...change.sessions,
    },
    workspace: {
      async branch() {
        return 'main';
      },
      async files(_cwd, letters) {
        note(`files ${letters}`);
        return ['src/main.ts', 'src/map.ts'];
      },
      async diff() {
        return 'diff --git a/x b/x\n+added\n';
      },
      async prompts() {
        return ['an earlier prompt'];
      },
      async addPrompt(threadId, text) {
        note(`prompt ${threadId} ${text}`);
      },
      async models() {
        return ['model-of-the-file'];
      },
      async hasFolder() {
        return true;
      },
      async folderChoice() {
        return 'ask' as const;
      },
      async setFolderChoice() {},
      ...change.workspace,
    },
  };
}
