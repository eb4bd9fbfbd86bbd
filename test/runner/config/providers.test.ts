import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { showConfig } from '../../../src/runner/config/show-config.ts';
import { makeHome } from './home.ts';

const local =
  '[model_providers.local]\nname = "My machine"\nbase_url = "http://127.0.0.1:8000/v1"\nwire_api = "chat"\n';

describe('the provider', () => {
  it('needs a key, or a word about which one to use', async () => {
    const { load, home } = makeHome();
    const failure = await load({ env: {} }).catch((error) => error);
    expect(failure).toMatchObject({
      kind: 'usage',
      message: 'nothing says which model provider to use, and there is no key for OpenAI',
      hint: expect.stringContaining('OPENAI_API_KEY'),
    });
    // A provider that was asked for says itself which key it misses.
    expect((await load({ env: {}, flags: { provider: 'openai' } })).provider.name).toBe('openai');
    writeFileSync(join(home, 'auth.json'), '{}');
    expect((await load({ env: {} })).provider.name).toBe('openai');
  });

  it('needs a model, unless it has a usual one', async () => {
    const { load } = makeHome(local);
    await expect(load({ flags: { provider: 'local' } })).rejects.toMatchObject({
      kind: 'usage',
      message: 'nothing says which model of local to use',
    });
    await expect(load({ flags: { provider: 'ollama' } })).rejects.toMatchObject({ kind: 'usage' });
    expect(await load({ flags: { provider: 'local', model: 'm' } })).toMatchObject({
      model: 'm',
      provider: { name: 'local', wire_api: 'chat', base_url: 'http://127.0.0.1:8000/v1' },
      origins: { provider: 'flag', model: 'flag' },
    });
    expect((await load({ flags: { provider: 'scripted' } })).model).toBe('scripted');
  });

  it('is one of those that there are', async () => {
    const { load } = makeHome(local);
    await expect(load({ flags: { provider: 'lokal' } })).rejects.toMatchObject({
      message: "there is no model provider 'lokal'",
      hint: expect.stringContaining('openai, ollama, lmstudio, scripted, recorded, local'),
    });
    const settings = { cwd: null, model: 'm', modelProvider: 'gone', reasoningEffort: null, reasoningSummary: null };
    const thread = { ...settings, approvalPolicy: null, sandboxPolicy: null };
    await expect(load({ thread })).rejects.toMatchObject({ message: expect.stringContaining('was begun') });
  });

  it('can be one of this machine without any configuration', async () => {
    const { load } = makeHome();
    const addressOf = async (provider: string) => (await load({ env: {}, flags: { provider, model: 'm' } })).provider;
    expect(await addressOf('ollama')).toMatchObject({ wire_api: 'chat', base_url: 'http://127.0.0.1:11434/v1' });
    expect(await addressOf('lmstudio')).toMatchObject({ wire_api: 'chat', base_url: 'http://127.0.0.1:1234/v1' });
  });

  it('speaks the Responses API when nothing else is said, and keeps the keys of Codex', async () => {
    const { load } = makeHome(
      'model = "m"\nmodel_provider = "mock"\n[model_providers.mock]\nname = "mock"\nbase_url = "http://127.0.0.1:1/v1"\n' +
        'env_key = "MOCK_KEY"\nrequest_max_retries = 0\nstream_max_retries = 0\nstream_idle_timeout_ms = 15000\n',
    );
    expect((await load()).provider).toEqual({
      name: 'mock',
      wire_api: 'responses',
      base_url: 'http://127.0.0.1:1/v1',
      env_key: 'MOCK_KEY',
      request_max_retries: 0,
      stream_max_retries: 0,
      stream_idle_timeout_ms: 15000,
    });
  });

  it('can be changed in parts, also one that is built in', async () => {
    const { load, cwd } = makeHome(`openai_base_url = "http://proxy/v1"\n${local}`);
    const overrides = ['model_providers.local.base_url=http://127.0.0.1:9/v1', 'model_provider=local', 'model=m'];
    expect((await load({ overrides })).provider).toMatchObject({ wire_api: 'chat', base_url: 'http://127.0.0.1:9/v1' });
    expect((await load()).provider).toMatchObject({ base_url: 'http://proxy/v1', requires_openai_auth: true });
    const played = await load({ overrides: ['model_providers.scripted.script=play.yaml', 'model_provider=scripted'] });
    expect(played.provider).toEqual({ name: 'scripted', wire_api: 'scripted', script: join(cwd, 'play.yaml') });
  });
});

describe('showing a configuration', () => {
  it('masks what may be a key', async () => {
    const { load } = makeHome(
      'model = "m"\nmodel_provider = "x"\n[model_providers.x]\nbase_url = "https://u:hunter2@h/v1?k=hunter2"\n' +
        'experimental_bearer_token = "hunter2"\nhttp_headers = { a = "hunter2" }\nquery_params = { b = "hunter2" }\n' +
        '[mcp_servers.s]\ncommand = "c"\nargs = ["--key", "hunter2"]\nenv = { K = "hunter2" }\n' +
        '[mcp_servers.h]\nurl = "https://h/mcp?key=hunter2"\nhttp_headers = { X = "hunter2" }\n' +
        '[shell_environment_policy]\nset = { S = "hunter2" }\n',
    );
    const config = await load();
    const shown = JSON.stringify(showConfig(config));
    expect(JSON.stringify(config).match(/hunter2/g)).toHaveLength(10);
    expect(shown).not.toContain('hunter2');
    expect(shown).toContain('https://h/mcp');
    expect(showConfig(config).origins).toEqual(config.origins);
  });
});
