/** The arguments of a call as an object that fits the schema, or what is wrong with them, in words for the model. */
export type Arguments = { values: Record<string, unknown> } | { problem: string };

/** The part of JSON Schema that the built-in tools describe their arguments with. */
export interface ArgumentSchema {
  type: 'object' | 'array' | 'string' | 'integer' | 'boolean';
  description?: string;
  properties?: Record<string, ArgumentSchema>;
  required?: string[];
  items?: ArgumentSchema;
  enum?: string[];
  minimum?: number;
  additionalProperties?: false;
}

/**
 * Parses and checks the arguments that a model wrote. What the schema does not name is left out, and null counts as absent,
 * because models send both; everything else must fit.
 */
export function readArguments(text: string, schema: ArgumentSchema): Arguments {
  let value: unknown;
  try {
    value = JSON.parse(text.trim() === '' ? '{}' : text);
  } catch (error) {
    return { problem: `failed to parse function arguments: ${(error as Error).message}` };
  }
  const problems: string[] = [];
  const values = conform(value, schema, '', problems);
  return problems.length > 0
    ? { problem: `failed to parse function arguments: ${problems.slice(0, 5).join('; ')}` }
    : { values: values as Record<string, unknown> };
}

function conform(value: unknown, schema: ArgumentSchema, path: string, problems: string[]): unknown {
  const name = path === '' ? 'the arguments' : `'${path}'`;
  if (kindOf(value) !== schema.type) {
    problems.push(`${name} must be ${article(schema.type)}, not ${article(kindOf(value))}`);
    return undefined;
  }
  if (schema.enum && !schema.enum.includes(value as string)) {
    problems.push(`${name} must be one of ${schema.enum.join(', ')}`);
  }
  if (schema.minimum !== undefined && (value as number) < schema.minimum) {
    problems.push(`${name} must be at least ${schema.minimum}`);
  }
  if (Array.isArray(value) && schema.items) {
    return value.map((item, index) => conform(item, schema.items!, `${path}[${index}]`, problems));
  }
  if (schema.type !== 'object') return value;
  const fields: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(schema.properties ?? {})) {
    const at = path === '' ? key : `${path}.${key}`;
    const field = Object.hasOwn(value as object, key) ? (value as Record<string, unknown>)[key] : null;
    if (field !== null && field !== undefined) fields[key] = conform(field, inner, at, problems);
    else if (schema.required?.includes(key)) problems.push(`'${at}' is missing`);
  }
  return fields;
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isSafeInteger(value) ? 'integer' : typeof value;
}

function article(kind: string): string {
  if (kind === 'null') return kind;
  return /^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`;
}
