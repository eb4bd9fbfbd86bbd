import { Failure } from '../base/failure.ts';
import type { Clock } from '../base/io.ts';
import type { DynamicTool } from '../model/history.ts';
import { builtinTools } from './tools/builtin.ts';
import type { McpServerConfig } from './tools/mcp/server-config.ts';
import type { Tool } from './tools/tool.ts';

/**
 * What the agent can do: the built-in tools, those that came with the thread, and those of servers.
 *
 * @throws Failure `usage` when a program of the file of tools is not there, `trouble` without a server that is required
 */
export async function openTools(wanted: WantedTools): Promise<OpenTools> {
  const { dynamicTools: list, toolsFile, mcpServers, onNote } = wanted;
  const tools: Tool[] = [...builtinTools];
  if (list.length > 0) {
    const { dynamicTools } = await import('./tools/dynamic/dynamic-tools.ts');
    const refuse = (message: string) => {
      throw new Failure('usage', message, { file: toolsFile as string });
    };
    const hear = { onLeftOut: onNote, onMissing: toolsFile === null ? onNote : refuse };
    tools.push(...dynamicTools(list, { cwd: wanted.cwd, env: wanted.commandEnv }, hear));
  }
  if (mcpServers.length === 0) return { tools, close: async () => {} };
  const { openMcpTools } = await import('./tools/mcp/open-mcp-tools.ts');
  const taken = tools.map(({ spec }) => spec.name);
  const mcp = await openMcpTools(mcpServers, { ...wanted, taken });
  return { tools: [...tools, ...mcp.tools], close: () => mcp.close() };
}

export interface WantedTools {
  dynamicTools: readonly DynamicTool[];
  /** Where they come from, when a caller brings them along now; null for those of a thread. */
  toolsFile: string | null;
  mcpServers: readonly McpServerConfig[];
  clock: Clock;
  signal: AbortSignal;
  env: Readonly<Record<string, string | undefined>>;
  /** Of commands. */
  commandEnv: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Of the user. */
  umask: number;
  onNote(note: string): void;
}

export interface OpenTools {
  tools: Tool[];
  /** Ends the servers. Never throws. */
  close(): Promise<void>;
}
