import { Failure } from '../../../base/failure.ts';
import type { Clock } from '../../../base/io.ts';
import type { Tool } from '../tool.ts';
import { type ConnectedServer, connectServer } from './connect-server.ts';
import { mcpTool } from './mcp-tool.ts';
import type { McpServerConfig } from './server-config.ts';
import { uniqueName } from './unique-name.ts';

export interface McpOptions {
  clock: Clock;
  /** Ends the start; what runs afterwards is ended by `close`. */
  signal: AbortSignal;
  env: Readonly<Record<string, string | undefined>>;
  /** Of the user: for servers that are started. */
  umask: number;
  /** Where servers are started that name no folder; absolute. */
  cwd: string;
  /** Takes a line for people: a server that did not start or has ended, a tool that is left out. Without secrets. */
  onNote(note: string): void;
  /** Names that other tools have. */
  taken?: Iterable<string>;
}

export interface McpTools {
  /** In the order of the servers, then of their lists. */
  tools: Tool[];
  /** Ends all servers, within about two seconds. Never throws; can be called again. */
  close(): Promise<void>;
}

/**
 * Starts or reaches the configured MCP servers, all at once, and offers their tools. Servers are programs of the user's own
 * configuration and run outside of the sandbox, as with Codex. Whatever a server does is a note, its tools are then missing
 * or fail.
 *
 * @throws Failure `trouble` when one that is required is not available; the others are ended then
 */
export async function openMcpTools(servers: readonly McpServerConfig[], options: McpOptions): Promise<McpTools> {
  const connected = await Promise.all(servers.map((server) => connectServer(server, options)));
  const open = connected.filter((server): server is ConnectedServer => server !== null);
  const closeAll = async () => void (await Promise.all(open.map((server) => server.close())));
  const missing = servers.find(({ isRequired }, index) => isRequired && connected[index] === null);
  if (missing) {
    await closeAll();
    throw new Failure('trouble', `MCP server ${JSON.stringify(missing.name)} is not available, and it is required`);
  }
  const taken = new Set(options.taken ?? []);
  const tools = open.flatMap((server) =>
    server.tools.map((listed) => {
      const name = uniqueName(server.name, listed.name, taken);
      taken.add(name);
      return mcpTool(server, listed, name);
    }),
  );
  let closing: Promise<void> | undefined;
  return {
    tools,
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}
