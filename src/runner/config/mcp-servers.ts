import { Failure } from '../../base/failure.ts';
import type { HttpServer, McpServerConfig, StdioServer } from '../tools/mcp/server-config.ts';
import type { McpServerTable } from './known-keys.ts';
import { type Layer, mergeNamed } from './layers.ts';

/** The servers that are not turned off. Throws a `Failure` of kind `usage` for one that says neither how to start nor to reach it. */
export function resolveMcpServers(layers: readonly Layer[]): McpServerConfig[] {
  const servers = mergeNamed(layers, (table) => table.mcp_servers);
  return [...servers].filter(([, { enabled = true }]) => enabled).map(([name, table]) => serverOf(name, table));
}

/** As Codex waits. */
const startupMs = 10_000;
const callMs = 60_000;
const longestMs = 24 * 3_600_000;

function serverOf(name: string, table: McpServerTable): McpServerConfig {
  const { startup_timeout_sec: startup, startup_timeout_ms, tool_timeout_sec: call } = table;
  return {
    name,
    transport: transportOf(name, table),
    startupTimeoutMs: bounded(startup === undefined ? (startup_timeout_ms ?? startupMs) : startup * 1000),
    toolTimeoutMs: bounded(call === undefined ? callMs : call * 1000),
    enabledTools: table.enabled_tools ?? null,
    disabledTools: table.disabled_tools ?? [],
    approvalMode: table.default_tools_approval_mode ?? 'auto',
    toolApprovalModes: toolModes(table),
    isRequired: table.required ?? false,
  };
}

function toolModes({ tools = {} }: McpServerTable): McpServerConfig['toolApprovalModes'] {
  const named = Object.entries(tools).flatMap(([tool, { approval_mode: mode }]) =>
    mode ? [[tool, mode] as const] : [],
  );
  return new Map(named);
}

function bounded(ms: number): number {
  return Math.min(Math.max(Math.round(ms), 1), longestMs);
}

function transportOf(name: string, table: McpServerTable): StdioServer | HttpServer {
  if (table.command && table.url) {
    throw new Failure('usage', `mcp_servers.${name} has a command and a url; it can have one of them`);
  }
  if (table.command) {
    const { command, args = [], env = {}, env_vars = [], cwd = null } = table;
    const envVars = env_vars.flatMap((entry) => {
      if (typeof entry === 'string') return [entry];
      // Of another machine, for those who run their servers there.
      return entry.source === 'remote' ? [] : [entry.name];
    });
    return { type: 'stdio', command, args, env, envVars, cwd };
  }
  if (table.url) {
    const { url, bearer_token_env_var: bearer = null, http_headers = {}, env_http_headers = {} } = table;
    return { type: 'http', url, bearerTokenEnvVar: bearer, headers: http_headers, envHeaders: env_http_headers };
  }
  throw new Failure('usage', `mcp_servers.${name} has neither a command nor a url`);
}
