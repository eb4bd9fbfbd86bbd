import { resolve } from 'node:path';
import type { ServerLink } from './connect-server.ts';
import { endOf } from './describe-error.ts';
import type { McpOptions } from './open-mcp-tools.ts';
import type { StdioServer } from './server-config.ts';
import { secretsAmong } from './server-secrets.ts';
import { createStdioTransport } from './stdio-transport.ts';

/** A server that is started as a program. */
export async function stdioLink(server: StdioServer, { env, cwd, clock, umask }: McpOptions): Promise<ServerLink> {
  const given = { ...pickEnv(env, server.envVars), ...server.env };
  const secrets = secretsAmong(given);
  const { ReadBuffer, serializeMessage } = await import('@modelcontextprotocol/sdk/shared/stdio.js');
  const transport = createStdioTransport(
    {
      ...server,
      umask,
      env: { ...pickEnv(env, usual), ...given },
      cwd: server.cwd === null ? cwd : resolve(cwd, server.cwd),
    },
    { clock, ReadBuffer, serializeMessage },
  );
  return {
    transport,
    secrets,
    ending: () => transport.ending(),
    whatItSaid() {
      const said = endOf(transport.complaint(), secrets);
      return transport.verdict() ?? (said && `it said: ${said}`);
    },
    close: () => transport.close(),
  };
}

/** What a program cannot do without. Nothing of it is a secret. */
const usual = ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'USER', 'LANG', 'LC_ALL', 'TERM', 'TMPDIR', 'TZ'];

function pickEnv(env: McpOptions['env'], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
