import { Failure } from '../../base/failure.ts';
import type { Clock } from '../../base/io.ts';
import { packageVersion } from '../../base/package-files.ts';
import type { SessionPorts } from '../../model/session-ports.ts';
import type { Attempts } from '../retries.ts';
import { type KeySources, readCredentials } from './auth.ts';
import type { WireApi } from './http-provider.ts';
import type { Provider } from './provider.ts';
import type { ProviderConfig } from './provider-config.ts';

/**
 * The provider that a configuration describes. Keys are read now, once. Throws a `Failure` of kind `usage` for a way of
 * speaking that is not known, an address that cannot be used, a missing key, a script with a mistake, or a session that is not there.
 */
export async function openProvider(config: ProviderConfig, from: ProviderSources): Promise<Provider> {
  const { name, wire_api } = config;
  if (wire_api === 'scripted') {
    if (!config.script) throw new Failure('usage', `model provider ${name} has no script`);
    const [{ readScript }, { scriptedProvider }] = await Promise.all([
      import('./script-file.ts'),
      import('./scripted.ts'),
    ]);
    return scriptedProvider(await readScript(config.script), from.clock, name);
  }
  if (wire_api === 'recorded') {
    if (!config.session) {
      const hint = `name it: -c model_providers.${name}.session=SESSION`;
      throw new Failure('usage', `model provider ${name} has no session to play`, { hint });
    }
    const { recordedProvider } = await import('./recorded.ts');
    return recordedProvider(await from.answers(config.session, config.from_turn ?? 1), name);
  }
  const api = await apiOf(config);
  const baseUrl = addressOf(config);
  const [{ overHttp }, { headers: own, secrets }] = await Promise.all([
    import('./http-provider.ts'),
    readCredentials(config, from),
  ]);
  const headers = { 'user-agent': `agent-sessions/${packageVersion()}`, ...own };
  const idleMs = config.stream_idle_timeout_ms ?? 300_000;
  return overHttp(
    { name, baseUrl, query: config.query_params ?? {}, headers, secrets, idleMs, clock: from.clock },
    api,
  );
}

/** What providers are made of besides their configuration. */
export interface ProviderSources extends KeySources, Pick<SessionPorts, 'answers'> {
  clock: Clock;
}

/** How often this provider is tried, for `withRetries`. As in Codex no more than a hundred times again. */
export function attemptsOf({ request_max_retries = 4, stream_max_retries = 5 }: ProviderConfig): Attempts {
  const tries = (retries: number) => 1 + Math.min(Math.max(Math.trunc(retries), 0), 100);
  return { request: tries(request_max_retries), stream: tries(stream_max_retries) };
}

async function apiOf({ name, wire_api }: ProviderConfig): Promise<WireApi> {
  if (wire_api === 'responses') return (await import('./responses.ts')).responsesApi;
  if (wire_api === 'chat') return (await import('./chat.ts')).chatApi;
  throw new Failure('usage', `model provider ${name} has the wire_api '${wire_api}'`, {
    hint: 'it can be responses, chat, scripted or recorded',
  });
}

/** The address itself is not shown where it is wrong: a key may be in it. */
function addressOf({ name, base_url }: ProviderConfig): string {
  if (!base_url) throw new Failure('usage', `model provider ${name} has no base_url`);
  const url = URL.canParse(base_url) ? new URL(base_url) : null;
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') {
    throw new Failure('usage', `the base_url of model provider ${name} is no address of http or https`);
  }
  if (url.username || url.password) {
    throw new Failure('usage', `the base_url of model provider ${name} has a password in it`, {
      hint: 'put it into the environment, and its name into env_key or env_http_headers',
    });
  }
  return url.href.replace(/\/$/, '');
}
