import { Failure } from '../../../base/failure.ts';

/** Where spans are sent to, and how. */
export interface EndpointSettings {
  /** Of the traces. */
  url: string;
  /** What the environment adds to each request; may hold keys. */
  headers: Readonly<Record<string, string>>;
  /** Milliseconds for each request. */
  timeoutMs: number;
  isCompressed: boolean;
}

/**
 * @param given the base of a collector's addresses, or that of its traces
 * @param env `OTEL_EXPORTER_OTLP_HEADERS`, `_TIMEOUT` and `_COMPRESSION`, and with `TRACES_` for traces alone, as the OpenTelemetry
 *   specification has them
 * @throws Failure `usage`
 */
export function endpointSettings(given: string, env: Readonly<Record<string, string | undefined>>): EndpointSettings {
  const of = (name: string) => env[`OTEL_EXPORTER_OTLP_TRACES_${name}`] || env[`OTEL_EXPORTER_OTLP_${name}`] || null;
  const compression = of('COMPRESSION') ?? 'none';
  if (compression !== 'none' && compression !== 'gzip') {
    throw new Failure('usage', `OTEL_EXPORTER_OTLP_COMPRESSION is '${compression}', and has to be gzip or none`);
  }
  return {
    url: tracesUrl(given),
    headers: readHeaders(of('HEADERS') ?? ''),
    timeoutMs: readTimeout(of('TIMEOUT')),
    isCompressed: compression === 'gzip',
  };
}

function tracesUrl(given: string): string {
  const url = URL.canParse(given) ? new URL(given) : null;
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new Failure('usage', `--endpoint '${given}' is not an http address`, {
      hint: 'such as http://localhost:4318',
    });
  }
  if (url.username !== '' || url.password !== '') {
    const hint = 'put the key into OTEL_EXPORTER_OTLP_HEADERS';
    throw new Failure('usage', '--endpoint holds a password, which others can see', { hint });
  }
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith('/v1/traces') ? path : `${path}/v1/traces`;
  return url.href;
}

/** `key=value,key=value`, percent-encoded where needed. What is wrong is not repeated: it may be a key. */
function readHeaders(text: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const pair of text.split(',')) {
    if (pair.trim() === '') continue;
    const at = pair.indexOf('=');
    const name = pair.slice(0, at).trim().toLowerCase();
    const value = decoded(pair.slice(at + 1).trim());
    if (at < 1 || !/^[\w!#$%&'*+.^`|~-]+$/.test(name) || value === null || /[^\t\x20-\x7e]/.test(value)) {
      throw new Failure('usage', 'OTEL_EXPORTER_OTLP_HEADERS is not a list of key=value');
    }
    headers[name] = value;
  }
  return headers;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function readTimeout(text: string | null): number {
  if (text === null) return DEFAULT_TIMEOUT_MS;
  const ms = Number(text);
  if (Number.isInteger(ms) && ms > 0 && ms <= 3_600_000) return ms;
  throw new Failure('usage', `OTEL_EXPORTER_OTLP_TIMEOUT '${text}' is not a number of milliseconds`);
}

const DEFAULT_TIMEOUT_MS = 10_000;
