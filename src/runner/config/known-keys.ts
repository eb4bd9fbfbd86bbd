import { approvalModes } from '../tools/mcp/server-config.ts';
import { compressions } from './config.ts';
import type { Conformed, Keys } from './shape.ts';

const text = { kind: 'text' } as const;
const texts = { kind: 'texts' } as const;
const textMap = { kind: 'text-map' } as const;
const truth = { kind: 'boolean' } as const;
const count = { kind: 'integer', minimum: 0 } as const;
const seconds = { kind: 'number', minimum: 0 } as const;

const approvalMode = { kind: 'text', oneOf: approvalModes } as const;

const provider = {
  name: text,
  base_url: text,
  wire_api: text,
  env_key: text,
  env_key_instructions: text,
  experimental_bearer_token: text,
  requires_openai_auth: truth,
  http_headers: textMap,
  env_http_headers: textMap,
  query_params: textMap,
  request_max_retries: count,
  stream_max_retries: count,
  stream_idle_timeout_ms: count,
  script: { kind: 'path' },
  session: text,
  from_turn: { kind: 'integer', minimum: 1 },
} as const satisfies Keys;

const mcpServer = {
  enabled: truth,
  required: truth,
  command: text,
  args: texts,
  env: textMap,
  env_vars: { kind: 'names' },
  cwd: { kind: 'path' },
  url: text,
  bearer_token_env_var: text,
  http_headers: textMap,
  env_http_headers: textMap,
  startup_timeout_sec: seconds,
  startup_timeout_ms: count,
  tool_timeout_sec: seconds,
  enabled_tools: texts,
  disabled_tools: texts,
  default_tools_approval_mode: approvalMode,
  tools: { kind: 'tables', keys: { approval_mode: approvalMode } },
} as const satisfies Keys;

const profile = {
  model: text,
  model_provider: text,
  approval_policy: { kind: 'text', oneOf: ['untrusted', 'on-request', 'on-failure', 'never'], orTable: true },
  sandbox_mode: { kind: 'text', oneOf: ['read-only', 'workspace-write', 'danger-full-access'] },
  sandbox_workspace_write: {
    kind: 'table',
    keys: {
      writable_roots: { kind: 'paths' },
      network_access: truth,
      exclude_tmpdir_env_var: truth,
      exclude_slash_tmp: truth,
    },
  },
  model_reasoning_effort: text,
  model_reasoning_summary: text,
  model_context_window: { kind: 'integer', minimum: 1 },
  model_auto_compact_token_limit: { kind: 'integer', minimum: 1 },
  project_doc_max_bytes: count,
  project_doc_fallback_filenames: texts,
  shell_environment_policy: {
    kind: 'table',
    keys: {
      inherit: { kind: 'text', oneOf: ['all', 'core', 'none'] },
      ignore_default_excludes: truth,
      exclude: texts,
      set: textMap,
      include_only: texts,
    },
  },
} as const satisfies Keys;

/** The keys of Codex's `config.toml` that mean something to this program. */
export const codexKeys = {
  ...profile,
  profile: text,
  profiles: { kind: 'tables', keys: profile },
  openai_base_url: text,
  model_providers: { kind: 'tables', keys: provider },
  mcp_servers: { kind: 'tables', keys: mcpServer },
  projects: { kind: 'tables', keys: { trust_level: text } },
} as const satisfies Keys;

/** The keys of our own `.sessions/config.toml`. */
export const ownKeys = {
  compress: { kind: 'text', oneOf: compressions },
  seal: { kind: 'table', keys: { auto: truth, key: { kind: 'path' } } },
} as const satisfies Keys;

export type ProfileTable = Conformed<typeof profile>;
export type ProviderTable = Conformed<typeof provider>;
export type McpServerTable = Conformed<typeof mcpServer>;

/** One source of settings, after it was checked against the keys above. */
export type SettingsTable = Conformed<typeof codexKeys & typeof ownKeys>;
