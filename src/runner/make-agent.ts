import { packageFile } from '../base/package-files.ts';
import type { Agent } from './agent.ts';
import { askOnTerminal } from './approvals/ask-terminal.ts';
import { createApprover } from './approvals/create-approver.ts';
import type { Begun } from './begin-session.ts';
import { shellEnvironment } from './config/shell-environment.ts';
import { readInstructions } from './instructions/read-instructions.ts';
import { type OpenTools, openTools } from './open-tools.ts';
import { attemptsOf, openProvider } from './providers/open-provider.ts';
import type { ProviderConfig } from './providers/provider-config.ts';
import { withRetries } from './retries.ts';
import type { SessionOptions } from './run-session.ts';
import { TokenMeter } from './token-meter.ts';

/** Sets an agent up in a thread that was begun. Its tools are to be closed. */
export async function makeAgent(options: SessionOptions, begun: Begun): Promise<{ agent: Agent; tools: OpenTools }> {
  const { home, env, clock, thread, ports, signal, onEvent } = options;
  const { recorder, config, cwd, history, sandbox } = begun;
  const onNote = (message: string) => onEvent({ type: 'note', message });
  for (const note of config.notes) onNote(note);
  const [provider, instructions] = await Promise.all([
    openProvider(withScript(config.provider), { home: home.path, env, clock, answers: ports.answers }),
    readInstructions({
      ...{ home: home.path, cwd },
      ...{ maxBytes: config.projectDocMaxBytes, fallbackNames: config.projectDocFallbackNames },
    }),
    begun.isReady,
  ]);
  for (const note of instructions.notes) onNote(note);
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const attempts = attemptsOf(config.provider);
  const items = history?.items ?? [];
  const contextWindow = config.contextWindow ?? history?.tokens.contextWindow ?? null;
  const dynamicTools = thread.kind === 'new' ? thread.dynamicTools : (history?.dynamicTools ?? []);
  const { mcpServers, approvalPolicy, sandboxPolicy } = config;
  const tools = await openTools({ dynamicTools, mcpServers, clock, signal, env, cwd, onNote });
  const approver = createApprover({
    policy: approvalPolicy,
    ask: options.terminal && askOnTerminal(options.terminal, sandboxPolicy),
    async record({ call_id, ...answer }) {
      recorder.approval({ callId: call_id, ...answer });
      await recorder.barrier();
    },
  });
  const agent: Agent = {
    threadId: recorder.threadId,
    items: [...items],
    meter: new TokenMeter(history?.tokens.total ?? null, history?.tokens.last ?? null, items.length),
    recorder,
    provider: withRetries(provider, {
      attempts,
      clock,
      onRetry: ({ failure, delayMs }) => onEvent({ type: 'retry', message: failure.message, delayMs }),
    }),
    attempts,
    tools: tools.tools,
    toolContext: { cwd, env: shellEnvironment(config.shellEnvironment, env), sandbox, approver, clock },
    settings: {
      ...{ cwd, model: config.model, approvalPolicy, sandboxPolicy, timezone },
      ...{ reasoningEffort: config.reasoningEffort, reasoningSummary: config.reasoningSummary },
      userInstructions: instructions.text,
    },
    context: { cwd, shell: 'bash', timezone, sandboxPolicy, approvalPolicy, userInstructions: instructions.text },
    instructions: begun.instructions,
    contextWindow,
    compactLimit: config.autoCompactTokenLimit ?? (contextWindow === null ? null : Math.floor(contextWindow * 0.9)),
    outputSchema: options.outputSchema,
    clock,
    onEvent,
  };
  return { agent, tools };
}

/** A scripted provider that was given no script plays the tour that is installed with the program. */
function withScript(provider: ProviderConfig): ProviderConfig {
  if (provider.wire_api !== 'scripted' || provider.script) return provider;
  return { ...provider, script: packageFile('tours', 'agent.yaml') };
}
