import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { systemClock } from '../../../../src/base/clock.ts';
import { type McpOptions, type McpTools, openMcpTools } from '../../../../src/runner/tools/mcp/open-mcp-tools.ts';
import type { HttpServer, McpServerConfig, StdioServer } from '../../../../src/runner/tools/mcp/server-config.ts';
import type { Tool } from '../../../../src/runner/tools/tool.ts';

export const program = join(import.meta.dirname, 'server.mjs');

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0)) await clean();
});

type Changes = Partial<Omit<McpServerConfig, 'transport'>>;

/** The server of the tests, to be started. */
export function stdio(habits: string[], transport: Partial<StdioServer> = {}, changes: Changes = {}): McpServerConfig {
  const base = { type: 'stdio' as const, command: process.execPath, args: [program, 'stdio', ...habits] };
  return config({ ...base, env: {}, envVars: [], cwd: null, ...transport }, changes);
}

export function http(url: string, transport: Partial<HttpServer> = {}, changes: Changes = {}): McpServerConfig {
  return config({ type: 'http', url, bearerTokenEnvVar: null, headers: {}, envHeaders: {}, ...transport }, changes);
}

function config(transport: StdioServer | HttpServer, changes: Changes): McpServerConfig {
  const asking = { approvalMode: 'auto' as const, toolApprovalModes: new Map() };
  const times = { startupTimeoutMs: 15_000, toolTimeoutMs: 10_000 };
  return {
    name: 'test',
    transport,
    ...times,
    enabledTools: null,
    disabledTools: [],
    isRequired: false,
    ...asking,
    ...changes,
  };
}

export interface Opened extends McpTools {
  notes: string[];
  tool(name: string): Tool;
}

/** Opens servers, to be closed after the test. */
export async function open(servers: McpServerConfig[], options: Partial<McpOptions> = {}): Promise<Opened> {
  const notes: string[] = [];
  const opened = await openMcpTools(servers, {
    ...{ clock: systemClock, signal: new AbortController().signal, cwd: tmpdir(), umask: 0o022 },
    env: { PATH: process.env.PATH, HOME: '/home/ada' },
    onNote: (note) => void notes.push(note),
    ...options,
  });
  cleanups.push(opened.close);
  return {
    ...opened,
    notes,
    tool(name) {
      const found = opened.tools.find(({ spec }) => spec.name === name);
      if (!found) throw new Error(`no ${name} among ${opened.tools.map(({ spec }) => spec.name)}: ${notes}`);
      return found;
    },
  };
}

/** Starts the server of the tests for HTTP. `said` grows with what it prints. */
export async function startHttp(habits: string[], env: Record<string, string> = {}) {
  const child: ChildProcess = spawn(process.execPath, [program, 'http', ...habits], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanups.push(() => child.kill('SIGKILL'));
  const said: string[] = [];
  child.stdout?.on('data', (chunk) => said.push(String(chunk)));
  await once(child.stdout!, 'data');
  return { url: said.join('').trim(), said, child };
}

/** A server of HTTP that does as it is told. */
export async function startRaw(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`;
}
