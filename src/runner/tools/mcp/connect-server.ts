import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { jsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/types.js';
import { packageVersion } from '../../../base/package-files.ts';
import { oneLine } from '../../../base/safe-text.ts';
import { describeError } from './describe-error.ts';
import { type ListedTool, listTools } from './list-tools.ts';
import type { McpOptions } from './open-mcp-tools.ts';
import type { ApprovalMode, McpServerConfig } from './server-config.ts';
import type { ServerSecrets } from './server-secrets.ts';

/** A server that answered. */
export interface ConnectedServer {
  name: string;
  client: Client;
  tools: ListedTool[];
  secrets: ServerSecrets;
  toolTimeoutMs: number;
  /** When a call of one of its tools is asked for. */
  approvalModeOf(tool: string): ApprovalMode;
  /** Never throws. */
  close(): Promise<void>;
}

/** A way to a server. */
export interface ServerLink {
  transport: Transport;
  secrets: ServerSecrets;
  /** How a program ended by itself, in words that follow its name; null when it did not. */
  ending(): string | null;
  /** Why a program was ended, or what it last said on its standard error; a clause, or nothing. */
  whatItSaid(): string;
  /** Ends the program or the session. Never throws. */
  close(): Promise<void>;
}

/** Connects to a server and asks for its tools; null, with a note, when that does not come to an end in time. */
export async function connectServer(config: McpServerConfig, options: McpOptions): Promise<ConnectedServer | null> {
  const { name, startupTimeoutMs } = config;
  const note = (text: string) => options.onNote(oneLine(`MCP server ${JSON.stringify(name)} ${text}`));
  const over = new AbortController();
  const limit = AbortSignal.any([options.signal, over.signal]);
  const done = new AbortController();
  void options.clock.sleep(startupTimeoutMs, done.signal).then(() => over.abort(new Error('too late')));
  let link: ServerLink | undefined;
  try {
    limit.throwIfAborted();
    link = await linkTo(config, options, note);
    // Our own limit is for both together and comes first.
    const timeout = startupTimeoutMs + 1000;
    const client = await startClient(link, limit, timeout);
    const tools = await listTools(client, config, { signal: limit, timeout, note });
    const close = watch(client, link, note);
    const approvalModeOf = (tool: string) => config.toolApprovalModes.get(tool) ?? config.approvalMode;
    return { name, client, tools, secrets: link.secrets, toolTimeoutMs: config.toolTimeoutMs, approvalModeOf, close };
  } catch (error) {
    await link?.close();
    if (options.signal.aborted) return null;
    const ending = link?.ending() ?? null;
    const why = over.signal.aborted
      ? `no answer within ${startupTimeoutMs} ms`
      : ending === null
        ? describeError(error, link?.secrets)
        : `it ${ending}`;
    note(`is not available: ${[why, link?.whatItSaid()].filter(Boolean).join('; ')}`);
    return null;
  } finally {
    done.abort();
  }
}

async function linkTo(config: McpServerConfig, options: McpOptions, note: (text: string) => void): Promise<ServerLink> {
  if (config.transport.type === 'stdio') {
    const { stdioLink } = await import('./stdio-link.ts');
    return stdioLink(config.transport, options);
  }
  const { httpLink } = await import('./http-link.ts');
  return httpLink(config.transport, options, note);
}

async function startClient(link: ServerLink, signal: AbortSignal, timeout: number): Promise<Client> {
  const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
  const identity = { name: 'agent-sessions', version: packageVersion() };
  // What servers say of their output is not checked: it is for the model to read, and their schemas would be compiled.
  const jsonSchemaValidator: jsonSchemaValidator = {
    getValidator: () => (value) => ({ valid: true, data: value as never, errorMessage: undefined }),
  };
  const client = new Client(identity, { capabilities: {}, jsonSchemaValidator });
  // Single bad messages are passed over; what comes of them is seen by the request that they were meant for.
  client.onerror = () => {};
  await client.connect(link.transport, { signal, timeout });
  return client;
}

/** Tells once of a server that ends by itself; its calls say the same to the model. Returns how to end it. */
function watch(client: Client, link: ServerLink, note: (text: string) => void): () => Promise<void> {
  let isClosing = false;
  client.onclose = () => {
    if (!isClosing) note([link.ending() ?? 'has ended', link.whatItSaid()].filter(Boolean).join('; '));
  };
  return () => {
    isClosing = true;
    return link.close();
  };
}
