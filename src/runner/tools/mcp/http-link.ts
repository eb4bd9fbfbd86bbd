import { Failure } from '../../../base/failure.ts';
import { boundedFetch } from './bounded-fetch.ts';
import type { ServerLink } from './connect-server.ts';
import type { McpOptions } from './open-mcp-tools.ts';
import type { HttpServer } from './server-config.ts';
import { secretsAmong } from './server-secrets.ts';

/** A server that is reached by streamable HTTP. A redirect is followed within its origin only, as the SDK has it. */
export async function httpLink(
  server: HttpServer,
  { env, clock }: McpOptions,
  note: (text: string) => void,
): Promise<ServerLink> {
  const url = addressOf(server.url);
  const headers = headersOf(server, env, note);
  const secrets = secretsAmong({ ...headers, url: url.href }, Object.values(headers).filter(isLong));
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
  const transport = new StreamableHTTPClientTransport(url, {
    requestInit: { headers },
    fetch: boundedFetch(clock),
  });
  return {
    transport: transport as ServerLink['transport'],
    secrets,
    ending: () => null,
    whatItSaid: () => '',
    async close() {
      // The server may let go of the session; it does not have to answer.
      const farewell = transport.terminateSession().catch(() => {});
      await Promise.race([farewell, clock.sleep(farewellMs)]);
      await transport.close().catch(() => {});
    },
  };
}

const farewellMs = 1000;

function isLong(value: string): boolean {
  return value.length >= 8;
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new Failure('usage', 'its url is no address of http or https');
  }
  if (url.username || url.password) throw new Failure('usage', 'its url has a password in it');
  return url;
}

function headersOf(server: HttpServer, env: McpOptions['env'], note: (text: string) => void): Record<string, string> {
  const headers = { ...server.headers };
  for (const [name, variable] of Object.entries(server.envHeaders)) {
    const value = env[variable]?.trim();
    if (value) headers[name] = value;
    else note(`is asked without the header ${name}: the environment variable ${variable} is not set`);
  }
  if (server.bearerTokenEnvVar !== null) {
    const token = env[server.bearerTokenEnvVar]?.trim();
    if (!token) throw new Failure('usage', `the environment variable ${server.bearerTokenEnvVar} is not set`);
    headers.authorization = `Bearer ${token}`;
  }
  for (const [name, value] of Object.entries(headers)) {
    if (/^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) continue;
    throw new Failure('usage', `its header ${JSON.stringify(name)} has characters that no header can carry`);
  }
  return headers;
}
