import { Secrets } from '../../providers/secrets.ts';
import type { McpServerConfig } from './server-config.ts';

/** What must not come out of the exchange with a server again. */
export type ServerSecrets = Pick<Secrets, 'withoutSecrets' | 'withoutLongSecrets' | 'cleanValue'>;

/** Those that a server is configured with. */
export function secretsOfServer({ transport }: McpServerConfig, env: Env): ServerSecrets {
  const textOf = (variable: string | null) => (variable === null ? '' : (env[variable]?.trim() ?? ''));
  if (transport.type === 'stdio') {
    const passed = transport.envVars.map((variable) => [variable, textOf(variable)]);
    return secretsAmong({ ...Object.fromEntries(passed), ...transport.env });
  }
  const sent = [transport.bearerTokenEnvVar, ...Object.values(transport.envHeaders)].map(textOf);
  return secretsAmong({ ...transport.headers, url: transport.url }, sent);
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * The secrets among the variables or headers that a server is given: those with such names, those that look like a key, and
 * passwords inside of addresses. The rest, paths for example, has to stay readable.
 */
export function secretsAmong(values: Readonly<Record<string, string>>, surely: readonly string[] = []): ServerSecrets {
  const found = Object.entries(values).flatMap(([name, value]) => {
    const whole = secretName.test(name) || /^[\w+=.~-]{20,}$/.test(value) ? [value] : [];
    return [...whole, ...inAddress(value)];
  });
  return new Secrets([...found, ...surely].flatMap((value) => [value, value.replace(/^(Bearer|Basic|Token) +/i, '')]));
}

const secretName = /auth|key|token|secret|cookie|passw|credential|_pat$|^pat$|dsn/i;

function inAddress(value: string): string[] {
  if (!/^\w+:\/\//.test(value) || !URL.canParse(value)) return [];
  const { password, searchParams } = new URL(value);
  const parameters = [...searchParams].filter(([name]) => secretName.test(name)).map(([, text]) => text);
  return password ? [value, password, decoded(password), ...parameters] : parameters;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
