import type { Config } from './config.ts';

/** The variables of the environment that hold keys by what the configuration says of them: no command is to get those. */
export function keyVariables({ provider, mcpServers }: Pick<Config, 'provider' | 'mcpServers'>): string[] {
  const ofServers = mcpServers.flatMap(({ transport }) =>
    transport.type === 'http' ? [transport.bearerTokenEnvVar, ...Object.values(transport.envHeaders)] : [],
  );
  const named = [provider.env_key, ...Object.values(provider.env_http_headers ?? {}), ...ofServers];
  return named.filter((name) => typeof name === 'string');
}
