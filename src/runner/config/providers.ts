import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import type { ProviderConfig } from '../providers/provider-config.ts';
import type { ProviderTable } from './known-keys.ts';
import { type Layer, mergeNamed, type Picked, pick } from './layers.ts';

/** The provider that the layers pick, and its model. */
export async function resolveProvider(layers: readonly Layer[], from: Sources): Promise<ResolvedProvider> {
  const all = allProviders(layers);
  const picked = pick(layers, 'model_provider');
  const name = picked.value ?? 'openai';
  const table = all.get(name);
  if (!table) throw unknownProvider(name, picked, [...all.keys()]);
  const { name: _, ...keys } = table;
  const provider: ProviderConfig = { ...keys, name, wire_api: table.wire_api ?? 'responses' };
  if (picked.value === undefined) await requireSomeKey(provider, from);
  const model = pick(layers, 'model');
  const chosen = model.value?.trim() || defaultModels.get(name);
  if (!chosen) {
    throw new Failure('usage', `nothing says which model of ${name} to use`, {
      hint: 'name it with --model, or as model in config.toml',
    });
  }
  return { provider, providerOrigin: picked.origin, model: chosen, modelOrigin: model.origin };
}

/** Where a key of OpenAI may come from. */
export interface Sources {
  home: string;
  env: Readonly<Record<string, string | undefined>>;
}

export interface ResolvedProvider {
  provider: ProviderConfig;
  providerOrigin: Picked<string>['origin'];
  model: string;
  modelOrigin: Picked<string>['origin'];
}

/** Providers that need no configuration. Their keys can be changed by `model_providers.NAME`. */
const builtin = new Map<string, ProviderTable>([
  ['openai', { wire_api: 'responses', base_url: 'https://api.openai.com/v1', requires_openai_auth: true }],
  ['ollama', { wire_api: 'chat', base_url: 'http://127.0.0.1:11434/v1' }],
  ['lmstudio', { wire_api: 'chat', base_url: 'http://127.0.0.1:1234/v1' }],
  ['scripted', { wire_api: 'scripted' }],
  ['recorded', { wire_api: 'recorded' }],
]);

/** For providers that can be used without a word about the model. */
const defaultModels = new Map([
  ['openai', 'gpt-5.1-codex'],
  ['scripted', 'scripted'],
  ['recorded', 'recorded'],
]);

function allProviders(layers: readonly Layer[]): Map<string, ProviderTable> {
  const configured = mergeNamed(layers, (table) => table.model_providers);
  const address = pick(layers, 'openai_base_url').value;
  const all = new Map([...builtin, ...configured]);
  for (const [name, table] of builtin) {
    const own = name === 'openai' && address !== undefined ? { ...table, base_url: address } : table;
    all.set(name, { ...own, ...configured.get(name) });
  }
  return all;
}

async function requireSomeKey(provider: ProviderConfig, { home, env }: Sources): Promise<void> {
  if (provider.env_key || provider.experimental_bearer_token || env.OPENAI_API_KEY?.trim()) return;
  if (provider.requires_openai_auth !== true) return;
  const isLoggedIn = await access(join(home, 'auth.json')).then(
    () => true,
    () => false,
  );
  if (isLoggedIn) return;
  throw new Failure('usage', 'nothing says which model provider to use, and there is no key for OpenAI', {
    hint: 'set OPENAI_API_KEY; or use a model of this machine: --provider ollama --model NAME',
  });
}

function unknownProvider(name: string, { origin }: Picked<string>, names: string[]): Failure {
  const why = origin === 'thread' ? ', with which this session was begun' : '';
  return new Failure('usage', `there is no model provider '${name}'${why}`, {
    hint: `name one with --provider: ${names.join(', ')}; or describe it as model_providers.${name} in config.toml`,
  });
}
