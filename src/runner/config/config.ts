import type { SandboxPolicy } from '../../model/history.ts';
import type { ApprovalPolicy } from '../approvals.ts';
import type { ProviderConfig } from '../providers/provider-config.ts';
import type { McpServerConfig } from '../tools/mcp/server-config.ts';

/** All that an agent is set to, resolved: no further default is needed, and `origins` says where each value is from. */
export interface Config {
  model: string;
  provider: ProviderConfig;
  approvalPolicy: ApprovalPolicy;
  sandboxPolicy: SandboxPolicy;
  reasoningEffort: string | null;
  reasoningSummary: string | null;
  /** Tokens; null when it is for the provider to know. */
  contextWindow: number | null;
  /** Tokens of a request from which on the history is compacted; null when nothing says so. */
  autoCompactTokenLimit: number | null;
  /** Bytes of AGENTS.md files of the project that are taken in; 0 for none. */
  projectDocMaxBytes: number;
  /** File names that stand in for AGENTS.md where there is none. */
  projectDocFallbackNames: string[];
  /** Those that are not turned off, in the order of the file. */
  mcpServers: McpServerConfig[];
  shellEnvironment: ShellEnvironmentPolicy;
  /** When a rollout becomes `.jsonl.zst`. */
  compress: Compress;
  seal: SealSettings;
  profile: string | null;
  origins: Record<ConfigValue, Origin>;
  /** Keys that this program does not know; most of them are for Codex. */
  unknown: UnknownKey[];
  /** For people: what is understood in another way than it was written. */
  notes: string[];
}

export type ConfigValue = Exclude<keyof Config, 'origins' | 'unknown' | 'notes'>;

/** `override`: of `-c`. `thread`: as the thread was set that is gone on with. `file`: a `config.toml`. */
export type Origin = 'flag' | 'override' | 'profile' | 'thread' | 'file' | 'default';

export interface UnknownKey {
  /** Dotted. */
  key: string;
  /** Null for one of `-c`. */
  file: string | null;
}

/** How sessions are sealed. */
export interface SealSettings {
  /** Whether a run seals its session when it ends. */
  auto: boolean;
  /** Absolute path of the key that signs; null where there is none. */
  key: string | null;
}

export const compressions = ['exit', 'cold', 'never'] as const;
export type Compress = (typeof compressions)[number];

/** Which variables of the environment commands get; see `shellEnvironment`. */
export interface ShellEnvironmentPolicy {
  inherit: 'all' | 'core' | 'none';
  /** Patterns of names (`*`, `?`, `[…]`), without regard to case. */
  exclude: string[];
  set: Record<string, string>;
  /** Patterns; with any, only names that fit one are kept, also of `set`. */
  includeOnly: string[];
}
