import { describe, expect, it } from 'vitest';
import { tableOfOverrides } from '../../../src/runner/config/override.ts';
import { makeHome } from './home.ts';

describe('-c KEY=VALUE', () => {
  it.each([
    ['model=o3', { model: 'o3' }],
    ['model="o3"', { model: 'o3' }],
    ["model='o3'", { model: 'o3' }],
    ['model = gpt-5.1', { model: 'gpt-5.1' }],
    ['a=3', { a: 3 }],
    ['a=true', { a: true }],
    ['a=', { a: '' }],
    ['a=b=c', { a: 'b=c' }],
    ['a.b.c=[1, "x"]', { a: { b: { c: [1, 'x'] } } }],
    ['a={ b = 1 }', { a: { b: 1 } }],
    ['a=[1', { a: '[1' }],
    ['a=1\nb = 2', { a: '1\nb = 2' }],
    ['a="1"\n[c]', { a: '"1"\n[c]' }],
    ['a=http://h/v1?x=1', { a: 'http://h/v1?x=1' }],
  ])('%s', async (override, table) => {
    expect(await tableOfOverrides([override])).toEqual(table);
  });

  it('lets a later one win, and puts tables together', async () => {
    expect(await tableOfOverrides(['a.b=1', 'a.c=2', 'a.b=3', 'd=1', 'd.e=2'])).toEqual({
      a: { b: 3, c: 2 },
      d: { e: 2 },
    });
  });

  it('cannot reach a prototype', async () => {
    const table = await tableOfOverrides([
      '__proto__.polluted=1',
      'constructor.prototype.polluted=1',
      'a.__proto__.polluted=1',
    ]);
    expect(Object.keys(table)).toEqual(['__proto__', 'constructor', 'a']);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it.each(['model', '=x', 'a..b=1', '.a=1', ''])('%j is refused', async (override) => {
    await expect(tableOfOverrides([override])).rejects.toMatchObject({ kind: 'usage' });
  });

  it('does not show the value of one that is refused', async () => {
    const failure = await tableOfOverrides(['a..b=sk-secret']).catch((error) => error);
    expect(failure.message).toBe("-c 'a..b=…' is not KEY=VALUE");
  });

  it.each([
    'model_providers.p.experimental_bearer_token=sk-secret',
    'model_providers.p={ http_headers = { Authorization = "Bearer sk-secret" } }',
    'model_providers.p.query_params.api_key=sk-secret',
    'mcp_servers.m.http_headers={ X-Api-Key = "sk-secret" }',
    'mcp_servers.m.env.GITHUB_TOKEN=sk-secret',
  ])('takes no key: %s', async (override) => {
    const failure = await makeHome()
      .load({ overrides: [override] })
      .catch((error) => error);
    expect(failure).toMatchObject({ kind: 'usage', message: expect.stringContaining('command line can be seen') });
    expect(JSON.stringify([failure.message, failure.hint])).not.toContain('sk-secret');
  });

  it('takes names of variables, and headers that hold no key', async () => {
    const { load } = makeHome('[mcp_servers.m]\ncommand = "x"\n[model_providers.p]\nbase_url = "http://h"\n');
    const overrides = [
      'model_providers.p.env_key=K',
      'model_providers.p.http_headers.x-team=a',
      'mcp_servers.m.env.HOST=h',
    ];
    await expect(load({ overrides })).resolves.toMatchObject({ mcpServers: [{ transport: { env: { HOST: 'h' } } }] });
  });
});
