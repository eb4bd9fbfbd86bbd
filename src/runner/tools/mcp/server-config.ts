/** An MCP server, as a table `mcp_servers.NAME` of the configuration describes it. */
export interface McpServerConfig {
  name: string;
  transport: StdioServer | HttpServer;
  /** For the start together with the list of tools. */
  startupTimeoutMs: number;
  /** For one call. */
  toolTimeoutMs: number;
  /** Names of the only tools to be offered; null for all. */
  enabledTools: readonly string[] | null;
  disabledTools: readonly string[];
  approvalMode: ApprovalMode;
  /** Of single tools, by name. */
  toolApprovalModes: ReadonlyMap<string, ApprovalMode>;
  /** Whether nothing is done without it. */
  isRequired: boolean;
}

/** When a call is asked for, in the words of Codex: see `needsApproval`. */
export const approvalModes = ['auto', 'prompt', 'writes', 'approve'] as const;
export type ApprovalMode = (typeof approvalModes)[number];

/** A program that speaks the protocol on its standard streams. */
export interface StdioServer {
  type: 'stdio';
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  /** Names of variables that are passed on from our own environment. */
  envVars: readonly string[];
  /** Absolute; null for the working directory of the run. */
  cwd: string | null;
}

/** A server that speaks streamable HTTP. */
export interface HttpServer {
  type: 'http';
  url: string;
  bearerTokenEnvVar: string | null;
  headers: Readonly<Record<string, string>>;
  /** Names of headers, and of the environment variables that have their values. */
  envHeaders: Readonly<Record<string, string>>;
}
