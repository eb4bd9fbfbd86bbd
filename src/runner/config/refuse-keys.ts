import { Failure } from '../../base/failure.ts';
import type { SettingsTable } from './known-keys.ts';

/**
 * Refuses keys among the values of `-c`: every user of a machine can see what a program was called with.
 * @throws Failure `usage`, without the value
 */
export function refuseKeys({ model_providers = {}, mcp_servers = {} }: SettingsTable): void {
  for (const [name, { experimental_bearer_token: token, http_headers, query_params }] of Object.entries(
    model_providers,
  )) {
    if (token) throw refusal(`model_providers.${name}.experimental_bearer_token`, 'env_key');
    refuseNamed(`model_providers.${name}.http_headers`, http_headers, 'env_http_headers');
    refuseNamed(`model_providers.${name}.query_params`, query_params, 'env_key');
  }
  for (const [name, { http_headers, env }] of Object.entries(mcp_servers)) {
    refuseNamed(`mcp_servers.${name}.http_headers`, http_headers, 'bearer_token_env_var or env_http_headers');
    refuseNamed(`mcp_servers.${name}.env`, env, 'env_vars');
  }
}

const keyName = /auth|key|token|secret|cookie|passw|credential/i;

function refuseNamed(path: string, values: Readonly<Record<string, string>> = {}, instead: string): void {
  const found = Object.entries(values).find(([name, value]) => keyName.test(name) && value !== '');
  if (found) throw refusal(`${path}.${found[0]}`, instead);
}

function refusal(path: string, instead: string): Failure {
  return new Failure('usage', `-c ${path}: a key on the command line can be seen by every user of this machine`, {
    hint: `put it into the environment, and the name of the variable into ${instead}; or into config.toml`,
  });
}
