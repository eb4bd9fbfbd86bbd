import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Failure } from '../../base/failure.ts';
import type { ProviderConfig } from './provider-config.ts';
import { Secrets } from './secrets.ts';

/** Where keys come from. */
export interface KeySources {
  env: Readonly<Record<string, string | undefined>>;
  /** The home, absolute: its `auth.json` is where Codex's login keeps keys. */
  home: string;
}

/**
 * The headers that a provider's requests carry, keys included, and everything of them that is secret.
 *
 * A key is sent to the provider only that it was meant for: that of `env_key`, or a token of the configuration, or, for
 * providers with `requires_openai_auth` and for `openai` itself, `OPENAI_API_KEY`, else `auth.json`. Any other provider gets
 * none. Throws a `Failure` of kind `usage` when a key is missing or cannot be sent; no message has a key in it.
 */
export async function readCredentials(config: ProviderConfig, from: KeySources): Promise<Credentials> {
  const fromEnvironment = lowerCased(environmentHeaders(config, from));
  const configured = { ...lowerCased(config.http_headers ?? {}), ...fromEnvironment };
  const { key, account, others = [] } = (await keyOf(config, from)) ?? {};
  const headers: Record<string, string> = {
    ...configured,
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
    ...(account === undefined ? {} : { 'chatgpt-account-id': account }),
  };
  for (const [name, value] of Object.entries(headers)) checkHeader(config.name, name, value);
  const named = [...Object.entries(configured), ...Object.entries(config.query_params ?? {})]
    .filter(([name]) => secretName.test(name) || Object.hasOwn(fromEnvironment, name))
    .flatMap(([, value]) => [value, value.replace(/^(Bearer|Basic|Token) +/i, '')]);
  return { headers, secrets: new Secrets([...(key === undefined ? [] : [key]), ...others, ...named]) };
}

export interface Credentials {
  headers: Record<string, string>;
  secrets: Secrets;
}

interface Key {
  key: string;
  account?: string;
  /** What lies beside it, and is never sent. */
  others?: string[];
}

const secretName = /auth|key|token|secret|cookie|password|credential/i;

async function keyOf(config: ProviderConfig, { env, home }: KeySources): Promise<Key | null> {
  if (config.env_key) {
    const key = env[config.env_key]?.trim();
    if (key) return { key };
    throw missing(config.name, `the environment variable ${config.env_key} is not set`, config.env_key_instructions);
  }
  if (config.experimental_bearer_token) return { key: config.experimental_bearer_token.trim() };
  if (!(config.requires_openai_auth ?? config.name === 'openai')) return null;
  const key = env.OPENAI_API_KEY?.trim();
  const found = key ? { key } : await keyInFile(join(home, 'auth.json'));
  if (found) return found;
  throw missing(config.name, 'OPENAI_API_KEY is not set, and auth.json has no key');
}

/** What Codex's login wrote: a key, or the token of an account. Null when there is no file, or no key in it. */
async function keyInFile(file: string): Promise<Key | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw new Failure('trouble', `auth.json cannot be read: ${error.code}`, { file });
  });
  if (text === null) return null;
  const { OPENAI_API_KEY: key, tokens } = parse(text, file);
  const others = [tokens?.access_token, tokens?.refresh_token, tokens?.id_token].filter(isText);
  if (isText(key)) return { key: key.trim(), others };
  if (!isText(tokens?.access_token)) return null;
  const account = tokens.account_id;
  return { key: tokens.access_token.trim(), others, ...(isText(account) ? { account } : {}) };
}

interface AuthFile {
  OPENAI_API_KEY?: unknown;
  tokens?: { access_token?: unknown; account_id?: unknown; refresh_token?: unknown; id_token?: unknown } | null;
}

/** Without the parser's own message: it quotes the text, and that may be a key. */
function parse(text: string, file: string): AuthFile {
  try {
    const value = JSON.parse(text);
    if (value !== null && typeof value === 'object') return value as AuthFile;
  } catch {
    // Told below.
  }
  throw new Failure('usage', 'auth.json is not a JSON object', { file });
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}

function environmentHeaders({ env_http_headers }: ProviderConfig, { env }: KeySources): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [header, variable] of Object.entries(env_http_headers ?? {})) {
    const value = env[variable]?.trim();
    if (value) found[header] = value;
  }
  return found;
}

/** The same header in two spellings would be sent twice. */
function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function checkHeader(provider: string, name: string, value: string): void {
  if (/^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return;
  const what = name === 'authorization' ? 'the key' : `the header ${JSON.stringify(name)}`;
  throw new Failure('usage', `${what} of model provider ${provider} has characters that no header can carry`);
}

function missing(provider: string, what: string, hint = 'set it, and run the command again'): Failure {
  return new Failure('usage', `model provider ${provider} has no key: ${what}`, { hint });
}
