import type { Config } from './config.ts';

/** The same configuration for people to see: values that may be keys are masked, the names beside them are not. */
export function showConfig(config: Config): Config {
  const { provider, mcpServers, shellEnvironment } = config;
  const { http_headers, query_params, experimental_bearer_token } = provider;
  return {
    ...config,
    provider: {
      ...provider,
      ...(provider.base_url !== undefined && { base_url: addressOnly(provider.base_url) }),
      ...(experimental_bearer_token !== undefined && { experimental_bearer_token: masked }),
      ...(http_headers && { http_headers: maskAll(http_headers) }),
      ...(query_params && { query_params: maskAll(query_params) }),
    },
    mcpServers: mcpServers.map((server) => ({
      ...server,
      transport:
        server.transport.type === 'stdio'
          ? { ...server.transport, args: server.transport.args.map(() => masked), env: maskAll(server.transport.env) }
          : {
              ...server.transport,
              url: addressOnly(server.transport.url),
              headers: maskAll(server.transport.headers),
            },
    })),
    shellEnvironment: { ...shellEnvironment, set: maskAll(shellEnvironment.set) },
  };
}

const masked = '***';

function maskAll(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(values).map((name) => [name, masked]));
}

/** Without what may hold a key: user, password, query. */
function addressOnly(text: string): string {
  if (!URL.canParse(text)) return masked;
  const { origin, pathname, username, password, search } = new URL(text);
  const rest = username || password || search ? ` (${masked})` : '';
  return `${origin}${pathname}${rest}`;
}
