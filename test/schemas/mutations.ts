export interface Mutation {
  /** JSON pointer to what was changed. */
  pointer: string;
  what: string;
  value: unknown;
}

/** The value with one thing changed at a time: each property removed, each scalar replaced by one of every other type. */
export function* mutations(value: unknown): Generator<Mutation> {
  yield* within(value, '', (changed) => changed);
}

type Rebuild = (part: unknown) => unknown;

function* within(value: unknown, pointer: string, rebuild: Rebuild): Generator<Mutation> {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      yield* within(item, `${pointer}/${index}`, (part) => rebuild(value.with(index, part)));
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      const here = `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      const { [name]: _, ...rest } = value as { [key: string]: unknown };
      yield { pointer: here, what: 'removed', value: rebuild(rest) };
      yield* within(member, here, (part) => rebuild({ ...value, [name]: part }));
    }
  } else {
    for (const other of others) {
      if (kindOf(other) !== kindOf(value))
        yield { pointer, what: `${kindOf(other)} for ${kindOf(value)}`, value: rebuild(other) };
    }
  }
}

const others = ['text', 7, 1.5, -1, true, null, [], {}];

function kindOf(value: unknown): string {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? 'count' : String(value);
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
}
