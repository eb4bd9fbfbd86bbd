import { basename, dirname } from 'node:path';
import { packageFile } from '../base/package-files.ts';
import type { Agent } from './agent.ts';
import { askThrough } from './approvals/ask-port.ts';
import { askOnTerminal } from './approvals/ask-terminal.ts';
import { createApprover } from './approvals/create-approver.ts';
import type { Begun } from './begin-session.ts';
import type { Config } from './config/config.ts';
import { keyVariables } from './config/key-variables.ts';
import { shellEnvironment } from './config/shell-environment.ts';
import { readInstructions } from './instructions/read-instructions.ts';
import { type OpenTools, openTools } from './open-tools.ts';
import { attemptsOf, openProvider } from './providers/open-provider.ts';
import type { ProviderConfig } from './providers/provider-config.ts';
import { withRetries } from './retries.ts';
import type { SessionOptions } from './run-session.ts';
import type { SessionEvent } from './session-events.ts';
import { TokenMeter } from './token-meter.ts';
import { cleanTool } from './tools/clean-tool.ts';
import { secretsOfServer } from './tools/mcp/server-secrets.ts';

/** Sets an agent up in a thread that was begun. Its tools are to be closed. */
export async function makeAgent(options: SessionOptions, begun: Begun): Promise<{ agent: Agent; tools: OpenTools }> {
  const { home, env, umask, clock, thread, ports, signal, onEvent } = options;
  const { recorder, config, cwd, history, sandbox } = begun;
  const onNote = (message: string) => onEvent({ type: 'note', message });
  // Records are told of when they are written: what comes behind them waits for that, and so stays in order.
  const tell = (event: SessionEvent) => recorder.inOrder(() => onEvent(event));
  /** Asks once everything that led to the question was told. */
  const asking = (ask: ReturnType<typeof askOnTerminal>): typeof ask => {
    return async (request, signal) => {
      await new Promise<void>((resolve) => recorder.inOrder(resolve));
      return ask(request, signal);
    };
  };
  for (const note of config.notes) onNote(note);
  for (const note of strangeKeys(config)) onNote(note);
  if (thread.kind === 'resumed' && isTour(config.provider))
    onNote('no script is named: the tour is played from its beginning');
  if (options.flags.addDirs?.length && config.sandboxPolicy.type === 'read-only') {
    onNote('--add-dir has no effect here: commands only read, without --sandbox workspace-write');
  }
  // While the sandbox is tried out, because the engine takes long to find it.
  const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [provider, instructions] = await Promise.all([
    openProvider(withScript(config.provider), { home: home.path, env, clock, answers: ports.answers }),
    readInstructions({
      ...{ home: home.path, cwd },
      ...{ maxBytes: config.projectDocMaxBytes, fallbackNames: config.projectDocFallbackNames },
    }),
    begun.isReady,
  ]);
  for (const note of instructions.notes) onNote(note);
  const secrets = [provider.secrets ?? [], ...config.mcpServers.map((server) => secretsOfServer(server, env))].flat();
  const keys = new Set(keyVariables(config));
  const ownEnv = Object.fromEntries(Object.entries(env).filter(([variable]) => !keys.has(variable)));
  const attempts = attemptsOf(config.provider);
  const items = history?.items ?? [];
  const contextWindow = config.contextWindow ?? history?.tokens.contextWindow ?? null;
  const dynamicTools = thread.kind === 'new' ? thread.dynamicTools : (history?.dynamicTools ?? []);
  const { mcpServers, approvalPolicy, sandboxPolicy } = config;
  const toolsFile = thread.kind === 'new' ? thread.toolsFile : null;
  const commandEnv = shellEnvironment(config.shellEnvironment, ownEnv);
  const wanted = { dynamicTools, toolsFile, mcpServers, clock, signal, env, umask, commandEnv, cwd, onNote };
  const tools = await openTools(wanted);
  const ask = options.ask
    ? askThrough(options.ask, sandboxPolicy)
    : options.terminal && askOnTerminal(options.terminal, sandboxPolicy);
  const approver = createApprover({
    policy: approvalPolicy,
    ask: ask && asking(ask),
    async record({ call_id, ...answer }) {
      recorder.approval({ callId: call_id, ...answer });
      await recorder.barrier();
    },
  });
  const agent: Agent = {
    threadId: recorder.threadId,
    items: [...items],
    meter: new TokenMeter(history?.tokens.total ?? null, history?.tokens.last ?? null, items),
    recorder,
    provider: withRetries(provider, {
      attempts,
      clock,
      onRetry: ({ failure, delayMs }) => tell({ type: 'retry', message: failure.message, delayMs }),
    }),
    attempts,
    tools: tools.tools.map((tool) => secrets.reduce(cleanTool, tool)),
    toolContext: { cwd, env: commandEnv, umask, sandbox, approver, clock },
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
    onEvent: tell,
  };
  return { agent, tools };
}

/** Keys that somebody wrote for this program, and that it does not know; those of `config.toml` may be for Codex. */
function strangeKeys({ unknown }: Config): string[] {
  return unknown.flatMap(({ key, file }) => {
    if (file === null) return [`-c ${key}: there is no such key here, so it has no effect`];
    return basename(dirname(file)) === '.sessions' ? [`${file}: '${key}' is no key, so it has no effect`] : [];
  });
}

/** A scripted provider that was given no script plays the tour that is installed with the program. */
function withScript(provider: ProviderConfig): ProviderConfig {
  return isTour(provider) ? { ...provider, script: packageFile('tours', 'agent.yaml') } : provider;
}

function isTour({ wire_api, script }: ProviderConfig): boolean {
  return wire_api === 'scripted' && !script;
}
