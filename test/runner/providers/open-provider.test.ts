import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { attemptsOf, openProvider } from '../../../src/runner/providers/open-provider.ts';
import type { ProviderConfig } from '../../../src/runner/providers/provider-config.ts';
import { chatChunk, events, responsesEvents as sent, startModelServer, status } from '../../support/model-server.ts';
import { ask } from './asking.ts';

const root = mkdtempSync(join(tmpdir(), 'sessions-provider-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let homes = 0;
function homeWith(auth?: string): string {
  const home = join(root, `home-${++homes}`);
  mkdirSync(home);
  if (auth !== undefined) writeFileSync(join(home, 'auth.json'), auth);
  return home;
}

const answers = async (session: string, fromTurn: number) => {
  const text = `${session} from ${fromTurn}`;
  return Readable.from([
    { items: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] }], usage: null },
  ]);
};

const key = 'sk-test-0123456789abcdefghij';

/** The headers of the one request that a provider of this configuration sends. */
async function headersOf(config: Partial<ProviderConfig>, env: Record<string, string> = {}, auth?: string) {
  const server = await startModelServer(events(sent.completed()));
  try {
    const full = { name: 'own', wire_api: 'responses', base_url: server.url, ...config };
    const provider = await openProvider(full, { env, home: homeWith(auth), clock: systemClock, answers });
    expect(provider.name).toBe(full.name);
    expect((await ask(provider)).final.type).toBe('completed');
    return server.requests[0]?.headers ?? {};
  } finally {
    await server.close();
  }
}

function open(config: Partial<ProviderConfig>, env: Record<string, string> = {}, auth?: string) {
  const full = { name: 'own', wire_api: 'responses', base_url: 'http://127.0.0.1:9/v1', ...config };
  return openProvider(full, { env, home: homeWith(auth), clock: systemClock, answers });
}

describe('keys', () => {
  it('come from the variable that the configuration names', async () => {
    const env = { OWN_KEY: ` ${key}\n`, OPENAI_API_KEY: 'another' };
    expect(await headersOf({ env_key: 'OWN_KEY' }, env)).toMatchObject({
      authorization: `Bearer ${key}`,
      'user-agent': expect.stringMatching(/^agent-sessions\/\d/),
    });
  });

  it('of OpenAI come from its variable, else from auth.json, and go to no other provider', async () => {
    const auth = JSON.stringify({ OPENAI_API_KEY: key, tokens: { access_token: 'token', account_id: 'me' } });
    const env = { OPENAI_API_KEY: 'from-the-environment' };
    expect(await headersOf({ name: 'openai' }, env, auth)).toMatchObject({
      authorization: 'Bearer from-the-environment',
    });
    expect(await headersOf({ name: 'openai' }, {}, auth)).toMatchObject({ authorization: `Bearer ${key}` });
    expect(await headersOf({ requires_openai_auth: true }, {}, auth)).toMatchObject({ authorization: `Bearer ${key}` });
    expect(await headersOf({ name: 'ollama' }, env, auth)).not.toHaveProperty('authorization');
  });

  it('of an account come with its id', async () => {
    const auth = JSON.stringify({ OPENAI_API_KEY: null, tokens: { access_token: key, account_id: 'me' } });
    expect(await headersOf({ name: 'openai' }, {}, auth)).toMatchObject({
      authorization: `Bearer ${key}`,
      'chatgpt-account-id': 'me',
    });
  });

  it('can be headers, of the configuration or of the environment', async () => {
    const config = { http_headers: { 'X-One': '1' }, env_http_headers: { 'X-Two': 'TWO', 'X-Three': 'THREE' } };
    const headers = await headersOf(config, { TWO: 'two' });
    expect(headers).toMatchObject({ 'x-one': '1', 'x-two': 'two' });
    expect(headers).not.toHaveProperty('x-three');
    const twice = {
      http_headers: { Authorization: 'Bearer old', 'User-Agent': 'mine' },
      experimental_bearer_token: key,
    };
    expect(await headersOf(twice)).toMatchObject({ authorization: `Bearer ${key}`, 'user-agent': 'mine' });
  });

  it.each<[Partial<ProviderConfig>, Record<string, string>]>([
    [{ env_key: 'OWN_KEY' }, { OWN_KEY: key }],
    [{ experimental_bearer_token: key }, {}],
    [{ http_headers: { 'api-key': key } }, {}],
    [{ http_headers: { Authorization: `Bearer ${key}` } }, {}],
    [{ env_http_headers: { 'X-Odd': 'ODD' } }, { ODD: key }],
    [{ query_params: { token: key } }, {}],
    [{ name: 'openai' }, { OPENAI_API_KEY: key }],
  ])('that came in as %j are scrubbed', async (config, env) => {
    const server = await startModelServer(status(401, { error: { message: `bad key ${key}` } }));
    const { final } = await ask(await open({ ...config, base_url: server.url }, env));
    await server.close();
    expect(final).toMatchObject({ kind: 'auth', message: expect.stringContaining('bad key [secret]') });
  });

  it('are known with all that lies in auth.json, so that tools can keep it back', async () => {
    const tokens = { access_token: `${key}-access`, refresh_token: `${key}-refresh`, id_token: `${key}-id` };
    const text = JSON.stringify({ OPENAI_API_KEY: null, tokens });
    const { secrets } = await open({ name: 'openai', base_url: 'http://127.0.0.1:9' }, {}, text);
    expect(secrets?.withoutLongSecrets(text)).not.toContain(key);
  });

  it.each<[string, Partial<ProviderConfig>, Record<string, string>, string | undefined]>([
    ['a variable is not set', { env_key: 'OWN_KEY' }, {}, undefined],
    ['a variable is empty', { env_key: 'OWN_KEY' }, { OWN_KEY: ' ' }, undefined],
    ['there is none for openai', { name: 'openai' }, {}, undefined],
    ['auth.json has none', { name: 'openai' }, {}, '{"tokens":null}'],
    ['auth.json is broken', { name: 'openai' }, {}, `{"OPENAI_API_KEY":"${key}`],
    ['auth.json is a key', { name: 'openai' }, {}, `${key}`],
    ['a key has a line in it', { env_key: 'OWN_KEY' }, { OWN_KEY: `${key}\n${key}` }, undefined],
    ['a header has a line in it', { http_headers: { 'x-key': `${key}\r\nx: y` } }, {}, undefined],
    ['the address has a password', { base_url: `http://user:${key}@127.0.0.1/v1` }, {}, undefined],
    ['the address is none', { base_url: `${key}` }, {}, undefined],
    ['the address is a file', { base_url: 'file:///etc/passwd' }, {}, undefined],
    ['there is no address', { base_url: undefined }, {}, undefined],
    ['the wire_api is not known', { wire_api: 'telepathy' }, {}, undefined],
    ['there is no script', { wire_api: 'scripted' }, {}, undefined],
    ['there is no session to play', { wire_api: 'recorded' }, {}, undefined],
  ])('make a failure without a key in it when %s', async (_, config, env, auth) => {
    const error = await open(config, env, auth).catch((thrown) => thrown);
    expect(error).toMatchObject({ name: 'Failure', kind: 'usage' });
    const told = `${error.message} ${error.hint} ${error.stack} ${String(error.cause)}`;
    expect(told).not.toContain(key.slice(0, 12));
  });
});

describe('a configuration', () => {
  it('decides how the server is spoken to', async () => {
    const server = await startModelServer(events(chatChunk({ content: 'x' }, 'stop'), '[DONE]'));
    const { final } = await ask(
      await open({ wire_api: 'chat', base_url: `${server.url}/?a=1`, query_params: { b: '2' } }),
    );
    expect(final.type).toBe('completed');
    expect(server.requests[0]?.url).toBe('/v1/chat/completions?a=1&b=2');
    await server.close();
  });

  it('decides how long to wait', async () => {
    const server = await startModelServer(() => {});
    const { final } = await ask(await open({ base_url: server.url, stream_idle_timeout_ms: 100 }));
    expect(final).toMatchObject({ kind: 'stream', message: 'own: nothing came for 0.1 s' });
    await server.close();
  });

  it('decides how often to try', () => {
    const config = { name: 'own', wire_api: 'chat' };
    expect(attemptsOf(config)).toEqual({ request: 5, stream: 6 });
    expect(attemptsOf({ ...config, request_max_retries: 0, stream_max_retries: 1e9 })).toEqual({
      request: 1,
      stream: 101,
    });
  });

  it('can name a script', async () => {
    const script = join(root, 'script.yaml');
    writeFileSync(script, '- text: hello\n');
    const provider = await open({ name: 'tour', wire_api: 'scripted', script });
    expect(provider.name).toBe('tour');
    expect((await ask(provider)).text).toBe('hello');
  });

  it('can name a session, and a turn to begin with', async () => {
    const provider = await open({ name: 'again', wire_api: 'recorded', session: 'the parser', from_turn: 3 });
    expect((await ask(provider)).text).toBe('the parser from 3');
    expect((await ask(await open({ name: 'again', wire_api: 'recorded', session: 'x' }))).text).toBe('x from 1');
  });
});
