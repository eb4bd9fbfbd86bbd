import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { codexKeys, ownKeys } from '../../../src/runner/config/known-keys.ts';
import { conformTable, type Keys } from '../../../src/runner/config/shape.ts';
import { publishedSchema, type Schema } from '../../schemas/published.ts';

const schema = publishedSchema('config');
const validate = new Ajv2020({ strict: false }).compile(schema);
const defs = schema.$defs as { [name: string]: Schema };

/** The keys that a part of the schema describes, with those of what it includes. */
function keysOf(part: Schema): string[] {
  const included = ((part.allOf as { $ref: string }[] | undefined) ?? []).flatMap(({ $ref }) =>
    keysOf(defs[$ref.slice(8)]!),
  );
  return [...included, ...Object.keys((part.properties as object | undefined) ?? {})].sort();
}

function isFine(table: unknown): boolean {
  try {
    conformTable(table, { ...codexKeys, ...ownKeys }, '', {
      ...{ base: '/', userHome: undefined, unknown: () => {} },
      wrong: (_, message) => {
        throw new Error(message);
      },
    });
    return true;
  } catch {
    return false;
  }
}

describe('the schema config', () => {
  it('describes exactly the keys that are read', () => {
    const names = (keys: Keys) => Object.keys(keys).sort();
    expect(keysOf(schema)).toEqual(names({ ...codexKeys, ...ownKeys }));
    expect(keysOf(defs.profile!)).toEqual(names(codexKeys.profiles.keys));
    expect(keysOf(defs.provider!)).toEqual(names(codexKeys.model_providers.keys));
    expect(keysOf(defs.mcp_server!)).toEqual(names(codexKeys.mcp_servers.keys));
  });

  it.each([
    '',
    'anything = { goes = [1] }',
    'model = "m"',
    'model = 1',
    'sandbox_mode = "read-only"',
    'sandbox_mode = "x"',
    'approval_policy = "never"',
    'approval_policy = "x"',
    'approval_policy = { granular = {} }',
    'approval_policy = []',
    'sandbox_workspace_write = { network_access = true, writable_roots = ["a"], more = 1 }',
    'sandbox_workspace_write = { writable_roots = [""] }',
    'sandbox_workspace_write = { writable_roots = "a" }',
    'sandbox_workspace_write = 1',
    'model_context_window = 1',
    'model_context_window = 0',
    'model_context_window = 1.5',
    'project_doc_max_bytes = 0',
    'project_doc_max_bytes = -1',
    'profiles = { a = { model = "x" } }',
    'profiles = { a = { model = 1 } }',
    'profiles = { a = 1 }',
    'profiles = []',
    'model_providers.x = { http_headers = { a = "b" }, requires_openai_auth = true }',
    'model_providers.x = { http_headers = { a = 1 } }',
    'model_providers.x = { script = "" }',
    'mcp_servers.x = { default_tools_approval_mode = "approve", tools = { a = { approval_mode = "prompt" } } }',
    'mcp_servers.x = { default_tools_approval_mode = "never" }',
    'mcp_servers.x = { tools = { a = { approval_mode = 1 } } }',
    'mcp_servers.x = { env_vars = ["a", { name = "b", source = "remote" }] }',
    'mcp_servers.x = { env_vars = [{ source = "remote" }] }',
    'mcp_servers.x = { startup_timeout_sec = 0.5 }',
    'mcp_servers.x = { startup_timeout_sec = -1 }',
    'mcp_servers.x = { enabled = "yes" }',
    'projects."/a".trust_level = "trusted"',
    'projects."/a".trust_level = 1',
    'compress = "cold"',
    'compress = "often"',
    'model_providers.x = { session = "@last", from_turn = 2 }',
    'model_providers.x = { from_turn = 0 }',
    'model_providers.x = { session = 1 }',
  ])('and the program agree on: %s', (toml) => {
    const table = parse(toml);
    expect([toml, validate(JSON.parse(JSON.stringify(table)))]).toEqual([toml, isFine(table)]);
  });
});
