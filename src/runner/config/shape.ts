import { isAbsolute, join, resolve } from 'node:path';

/** What a value of the configuration may be. */
export type Shape =
  | { kind: 'text'; oneOf?: readonly string[]; orTable?: true }
  | { kind: 'integer' | 'number'; minimum: number }
  | { kind: 'boolean' | 'texts' | 'text-map' | 'path' | 'paths' | 'names' }
  /** A table with known keys. */
  | { kind: 'table'; keys: Keys }
  /** Tables with known keys, by name. */
  | { kind: 'tables'; keys: Keys };

export type Keys = Readonly<Record<string, Shape>>;

/** What a table with such keys holds once it was checked. */
export type Conformed<K extends Keys> = { -readonly [Key in keyof K]?: ValueOf<K[Key]> };

type ValueOf<S extends Shape> = S extends { kind: 'table'; keys: infer K extends Keys }
  ? Conformed<K>
  : S extends { kind: 'tables'; keys: infer K extends Keys }
    ? Record<string, Conformed<K>>
    : S extends { kind: 'text' }
      ? (S extends { oneOf: readonly (infer O)[] } ? O : string) | (S extends { orTable: true } ? object : never)
      : Simple[Exclude<S['kind'], 'text' | 'table' | 'tables'>];

interface Simple {
  integer: number;
  number: number;
  boolean: boolean;
  texts: string[];
  'text-map': Record<string, string>;
  path: string;
  paths: string[];
  names: (string | { name: string; source?: unknown })[];
}

export interface ConformContext {
  /** What relative paths start from; absolute. */
  base: string;
  /** What `~` stands for. */
  userHome: string | undefined;
  unknown(key: string): void;
  /** Must throw. */
  wrong(key: string, message: string): never;
}

/** The known keys of a table, checked, with absolute paths. Keys like `__proto__` are keys as all others. */
export function conformTable(value: unknown, keys: Keys, path: string, context: ConformContext): Table {
  if (!isTable(value)) return context.wrong(path, mustBe(path, 'a table', value));
  const known = Object.entries(value).flatMap(([key, inner]) => {
    const at = path === '' ? quoted(key) : `${path}.${quoted(key)}`;
    const shape = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (shape) return [[key, conform(inner, shape, at, context)]];
    context.unknown(at);
    return [];
  });
  return Object.fromEntries(known);
}

export type Table = { [key: string]: unknown };

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function conform(value: unknown, shape: Shape, path: string, context: ConformContext): unknown {
  if (shape.kind === 'table') return conformTable(value, shape.keys, path, context);
  if (shape.kind === 'tables') {
    if (!isTable(value)) return context.wrong(path, mustBe(path, 'a table', value));
    const inner = Object.entries(value).map(([name, table]) => [
      name,
      conformTable(table, shape.keys, `${path}.${quoted(name)}`, context),
    ]);
    return Object.fromEntries(inner);
  }
  if (!fits(value, shape)) return context.wrong(path, mustBe(path, nameOf(shape), value));
  if (shape.kind === 'path') return absolute(value as string, context);
  if (shape.kind === 'paths') return (value as string[]).map((item) => absolute(item, context));
  return value;
}

function fits(value: unknown, shape: Exclude<Shape, { keys: Keys }>): boolean {
  switch (shape.kind) {
    case 'text':
      if (shape.orTable && isTable(value)) return true;
      return isText(value) && (!shape.oneOf || shape.oneOf.includes(value));
    case 'path':
      return isText(value) && value !== '' && !value.includes('\0');
    case 'integer':
      return Number.isSafeInteger(value) && (value as number) >= shape.minimum;
    case 'number':
      return typeof value === 'number' && value >= shape.minimum && value < Number.POSITIVE_INFINITY;
    case 'boolean':
      return typeof value === 'boolean';
    case 'texts':
      return Array.isArray(value) && value.every(isText);
    case 'paths':
      return Array.isArray(value) && value.every((item) => fits(item, { kind: 'path' }));
    case 'names':
      return Array.isArray(value) && value.every((item) => isText(item) || (isTable(item) && isText(item.name)));
    case 'text-map':
      return isTable(value) && Object.values(value).every(isText);
  }
}

function nameOf(shape: Exclude<Shape, { keys: Keys }>): string {
  switch (shape.kind) {
    case 'text':
      return shape.oneOf ? `one of ${shape.oneOf.join(', ')}` : 'a text';
    case 'integer':
      return `a whole number of at least ${shape.minimum}`;
    case 'number':
      return `a number of at least ${shape.minimum}`;
    case 'boolean':
      return 'true or false';
    case 'text-map':
      return 'a table of texts';
    case 'path':
      return 'a path';
    case 'texts':
      return 'a list of texts';
    case 'paths':
      return 'a list of paths';
    case 'names':
      return 'a list of names';
  }
}

/** Without the value: it may be a key, put into the wrong place. */
function mustBe(path: string, wanted: string, value: unknown): string {
  const kind = kindOf(value);
  return `'${path}' must be ${wanted}${wanted.includes(kind) || wanted.startsWith('one of') ? '' : `, not ${kind}`}`;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Date) return 'a date';
  if (typeof value === 'string') return 'a text';
  return typeof value === 'object' ? 'a table' : `a ${typeof value}`;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function absolute(path: string, { base, userHome }: ConformContext): string {
  if (userHome && (path === '~' || path.startsWith('~/'))) return join(userHome, path.slice(1));
  return isAbsolute(path) ? path : resolve(base, path);
}

/** As it would have to be written in TOML. */
function quoted(key: string): string {
  return /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
}
