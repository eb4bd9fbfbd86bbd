/**
 * Spans as OTLP/JSON writes them (opentelemetry-proto 1.x, `trace.proto`; schema `schemas/otlp-traces.schema.json`): names in lower
 * camel case, ids in hexadecimal, 64-bit integers as strings, enums as numbers.
 */
export interface Span {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** 16 hexadecimal digits. */
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: SpanKind;
  /** Nanoseconds since the epoch. */
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: KeyValue[];
  links?: Link[];
  status: { code?: StatusCode; message?: string };
}

export interface Link {
  traceId: string;
  spanId: string;
  attributes: KeyValue[];
}

export interface KeyValue {
  key: string;
  value: { stringValue: string } | { boolValue: boolean } | { intValue: string } | { doubleValue: number };
}

export const spanKinds = { internal: 1, client: 3 } as const;
export type SpanKind = (typeof spanKinds)[keyof typeof spanKinds];

export const statusCodes = { ok: 1, error: 2 } as const;
export type StatusCode = (typeof statusCodes)[keyof typeof statusCodes];

/** What is to be written of a span; absent values are left out. Whole numbers are written as integers. */
export type Attributes = { readonly [key: string]: string | number | bigint | boolean | null | undefined };

export function keyValues(attributes: Attributes): KeyValue[] {
  const list: KeyValue[] = [];
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (typeof value === 'string') list.push({ key, value: { stringValue: value } });
    else if (typeof value === 'boolean') list.push({ key, value: { boolValue: value } });
    else if (typeof value === 'bigint' || Number.isSafeInteger(value))
      list.push({ key, value: { intValue: String(BigInt(value)) } });
    else list.push({ key, value: { doubleValue: value } });
  }
  return list;
}
