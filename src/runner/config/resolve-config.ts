import type { Config, Origin, UnknownKey } from './config.ts';
import { type Layer, type Picked, pick, pickBy } from './layers.ts';
import { resolveMcpServers } from './mcp-servers.ts';
import { resolvePolicies } from './policies.ts';
import { resolveProvider } from './providers.ts';

/** As with Codex. */
const defaultDocBytes = 32 * 1024;

/** Picks each value from the first layer that has it. */
export async function resolveConfig(layers: readonly Layer[], from: ResolveInput): Promise<Config> {
  const origins: Partial<Record<string, Origin>> = {};
  const take = <T, D>(name: string, { value, origin }: Picked<T>, fallback: D): T | D => {
    origins[name] = origin;
    return value ?? fallback;
  };
  const { provider, model, ...chosen } = await resolveProvider(layers, from);
  const policies = resolvePolicies(layers, from.cwd, from.addDirs);
  const config: Omit<Config, 'origins'> = {
    model,
    provider,
    approvalPolicy: policies.approvalPolicy,
    sandboxPolicy: policies.sandboxPolicy,
    reasoningEffort: take('reasoningEffort', pick(layers, 'model_reasoning_effort'), null),
    reasoningSummary: take('reasoningSummary', pick(layers, 'model_reasoning_summary'), null),
    contextWindow: take('contextWindow', pick(layers, 'model_context_window'), null),
    autoCompactTokenLimit: take('autoCompactTokenLimit', pick(layers, 'model_auto_compact_token_limit'), null),
    projectDocMaxBytes: take('projectDocMaxBytes', pick(layers, 'project_doc_max_bytes'), defaultDocBytes),
    projectDocFallbackNames: take('projectDocFallbackNames', pick(layers, 'project_doc_fallback_filenames'), []),
    mcpServers: resolveMcpServers(layers),
    shellEnvironment: shellPolicy(layers),
    compress: take('compress', pick(layers, 'compress'), 'exit'),
    seal: sealSettings(layers),
    profile: from.profile,
    unknown: from.unknown,
    notes: policies.notes,
  };
  return {
    ...config,
    origins: {
      ...(origins as Config['origins']),
      model: chosen.modelOrigin,
      provider: chosen.providerOrigin,
      approvalPolicy: policies.approvalOrigin,
      sandboxPolicy: policies.sandboxOrigin,
      mcpServers: pick(layers, 'mcp_servers').origin,
      shellEnvironment: pick(layers, 'shell_environment_policy').origin,
      seal: pick(layers, 'seal').origin,
      profile: from.profileOrigin,
    },
  };
}

export interface ResolveInput {
  cwd: string;
  home: string;
  env: Readonly<Record<string, string | undefined>>;
  addDirs: readonly string[];
  profile: string | null;
  profileOrigin: Origin;
  unknown: UnknownKey[];
}

function sealSettings(layers: readonly Layer[]): Config['seal'] {
  return {
    auto: pickBy(layers, ({ seal }) => seal?.auto).value ?? false,
    key: pickBy(layers, ({ seal }) => seal?.key).value ?? null,
  };
}

function shellPolicy(layers: readonly Layer[]): Config['shellEnvironment'] {
  const of = <T>(read: (policy: ShellTable) => T | undefined) =>
    pickBy(layers, ({ shell_environment_policy: policy }) => policy && read(policy)).value;
  return {
    inherit: of((policy) => policy.inherit) ?? 'all',
    exclude: of((policy) => policy.exclude) ?? [],
    set: of((policy) => policy.set) ?? {},
    includeOnly: of((policy) => policy.include_only) ?? [],
  };
}

type ShellTable = NonNullable<Layer['table']['shell_environment_policy']>;
