import type { ModelItem } from '../../src/model/history.ts';
import type { Agent } from '../../src/runner/agent.ts';
import type { Provider, ProviderEvent } from '../../src/runner/providers/provider.ts';
import type { ScriptStep } from '../../src/runner/providers/script.ts';
import { stepOf } from '../../src/runner/providers/script-step.ts';
import { scriptedProvider } from '../../src/runner/providers/scripted.ts';
import { openRecorder } from '../../src/runner/recorder/open-recorder.ts';
import type { RecordedEvent } from '../../src/runner/recorder/recorder.ts';
import { withRetries } from '../../src/runner/retries.ts';
import type { SessionEvent } from '../../src/runner/session-events.ts';
import { TokenMeter } from '../../src/runner/token-meter.ts';
import type { Tool, ToolContext, ToolOutcome } from '../../src/runner/tools/tool.ts';
import { homeAt } from '../../src/store/home.ts';

/** An agent without a disk, and everything that can be seen of it. */
export interface TestAgent {
  agent: Agent;
  records: RecordedEvent[];
  events: SessionEvent[];
  /** The items of each request so far. */
  requests: ModelItem[][];
}

export async function makeTestAgent(provider: Provider | unknown[], tools: Tool[] = []): Promise<TestAgent> {
  const clock = { now: () => Date.parse('2026-11-22T12:00:00Z'), sleep: async () => {} };
  const records: RecordedEvent[] = [];
  const events: SessionEvent[] = [];
  const requests: ModelItem[][] = [];
  const start = {
    ...{ cwd: '/work', source: 'exec' as const, version: '0.0.0', modelProvider: 'scripted', baseInstructions: null },
    ...{ git: null, dynamicTools: [], memoryMode: null, forkedFrom: null },
  };
  const recorder = await openRecorder({
    home: homeAt('/no/such/home'),
    thread: { kind: 'new', isEphemeral: true, start },
    clock,
    onRecord: (record) => void records.push(record),
  });
  const inner = Array.isArray(provider)
    ? scriptedProvider({ steps: provider.map(step), last: 'over' }, clock)
    : provider;
  const attempts = { request: 3, stream: 3 };
  const policies = { sandboxPolicy: { type: 'read-only' as const }, approvalPolicy: 'never' as const };
  const agent: Agent = {
    threadId: recorder.threadId,
    items: [],
    meter: new TokenMeter(null, null, []),
    recorder,
    provider: withRetries(
      {
        name: inner.name,
        stream(request, signal) {
          requests.push([...request.items]);
          return inner.stream(request, signal);
        },
      },
      { attempts, clock },
    ),
    attempts,
    tools,
    toolContext: { cwd: '/work', env: {}, clock } as unknown as ToolContext,
    settings: {
      ...{ cwd: '/work', model: 'm', timezone: 'UTC', reasoningEffort: null, reasoningSummary: null },
      ...policies,
      userInstructions: null,
    },
    context: { cwd: '/work', shell: 'bash', timezone: 'UTC', userInstructions: null, ...policies },
    instructions: 'be good',
    contextWindow: null,
    compactLimit: null,
    outputSchema: null,
    clock,
    onEvent: (event) => void events.push(event),
  };
  return { agent, records, events, requests };
}

/** What the records are, in order: the type, or that of the message. */
export function kindsOf(records: readonly RecordedEvent[]): string[] {
  return records.map(({ body }) => {
    if (body.type === 'EventMsg') return body.msg.type;
    if (body.type !== 'ResponseItem') return body.type;
    return body.item.type === 'message' ? `message of ${body.item.role}` : body.item.type;
  });
}

export function tool(name: string, hasSideEffects: boolean, run: (text: string) => Promise<ToolOutcome>): Tool {
  const spec = { name, description: name, parameters: { type: 'object' } };
  return { spec, hasSideEffects, run: ({ argumentsText }) => run(argumentsText) };
}

/** A provider that gives these events, request by request. */
export function playing(...answers: ProviderEvent[][]): Provider {
  let count = 0;
  return {
    name: 'playing',
    async *stream() {
      yield* answers[count++] ?? [];
    },
  };
}

export const typed = (text: string) => ({ text, images: [], localImages: [] });

function step(value: unknown): ScriptStep {
  return stepOf(value, [], ({ message }) => {
    throw new Error(message);
  });
}
