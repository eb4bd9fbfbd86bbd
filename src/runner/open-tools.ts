import type { Clock } from '../base/io.ts';
import type { DynamicTool } from '../model/history.ts';
import { builtinTools } from './tools/builtin.ts';
import type { McpServerConfig } from './tools/mcp/server-config.ts';
import type { Tool } from './tools/tool.ts';

/** What the agent can do: the built-in tools, those that came with the thread, and those of servers. */
export async function openTools(wanted: WantedTools): Promise<OpenTools> {
  const { dynamicTools: list, mcpServers, onNote } = wanted;
  const tools: Tool[] = [...builtinTools];
  if (list.length > 0) {
    const { dynamicTools } = await import('./tools/dynamic/dynamic-tools.ts');
    tools.push(...dynamicTools(list, onNote));
  }
  if (mcpServers.length === 0) return { tools, close: async () => {} };
  const { openMcpTools } = await import('./tools/mcp/open-mcp-tools.ts');
  const taken = tools.map(({ spec }) => spec.name);
  const mcp = await openMcpTools(mcpServers, { ...wanted, taken });
  return { tools: [...tools, ...mcp.tools], close: () => mcp.close() };
}

export interface WantedTools {
  dynamicTools: readonly DynamicTool[];
  mcpServers: readonly McpServerConfig[];
  clock: Clock;
  signal: AbortSignal;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  onNote(note: string): void;
}

export interface OpenTools {
  tools: Tool[];
  /** Ends the servers. Never throws. */
  close(): Promise<void>;
}
