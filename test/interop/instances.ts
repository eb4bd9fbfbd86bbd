/** A draft-07 schema as `schemars` writes it: the keywords that Codex's schema is made of. */
export interface DraftSchema {
  $ref?: string;
  allOf?: DraftSchema[];
  anyOf?: DraftSchema[];
  oneOf?: DraftSchema[];
  enum?: unknown[];
  type?: string | string[];
  properties?: { [name: string]: DraftSchema | boolean };
  required?: string[];
  additionalProperties?: DraftSchema | boolean;
  items?: DraftSchema | boolean;
  definitions?: { [name: string]: DraftSchema };
}

/**
 * Values that a schema allows. The first has every property; together they take every alternative of every union and
 * every type of every list of types at least once, one at a time.
 */
export function instancesOf(root: DraftSchema): unknown[] {
  const known = new Map<string, unknown[]>();
  return instances(root);

  function instances(schema: DraftSchema | boolean): unknown[] {
    if (typeof schema === 'boolean') return [{ any: ['thing'] }];
    if (schema.$ref) return ofDefinition(schema.$ref.split('/').at(-1) as string);
    const alternatives = schema.oneOf ?? schema.anyOf ?? schema.allOf;
    if (!alternatives) return own(schema);
    const shared = schema.properties ? own(schema) : [undefined];
    const one = (value: unknown) =>
      shared[0] === undefined ? value : { ...(shared[0] as object), ...(value as object) };
    const taken = alternatives.flatMap((alternative) => instances(alternative).map(one));
    const others = shared.slice(1).map((value) => ({ ...(taken[0] as object), ...(value as object) }));
    return [...taken, ...others];
  }

  function ofDefinition(name: string): unknown[] {
    if (!known.has(name)) {
      known.set(name, []);
      known.set(name, instances(root.definitions?.[name] ?? true));
    }
    return known.get(name) as unknown[];
  }

  function own(schema: DraftSchema): unknown[] {
    if (schema.enum) return schema.enum;
    const types = schema.type === undefined ? [schema.properties ? 'object' : 'string'] : [schema.type].flat();
    return types.flatMap((type) => ofType(type, schema));
  }

  function ofType(type: string, schema: DraftSchema): unknown[] {
    if (type === 'object') return objects(schema);
    if (type === 'array') return instances(schema.items ?? true).map((item) => [item]);
    return [{ string: 'text', integer: 3, number: 0.5, boolean: true, null: null }[type]];
  }

  function objects(schema: DraftSchema): unknown[] {
    const members = Object.entries(schema.properties ?? {}).map(([name, part]) => [name, instances(part)] as const);
    const further = schema.additionalProperties;
    if (typeof further === 'object') members.push(['a name', instances(further)]);
    const full = Object.fromEntries(members.map(([name, values]) => [name, values[0]]));
    const changed = members.flatMap(([name, values]) => values.slice(1).map((value) => ({ ...full, [name]: value })));
    return [full, ...changed];
  }
}
