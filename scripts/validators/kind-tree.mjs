import { absent, constants, evaluate, other } from './evaluate-tags.mjs';

/**
 * Every kind of value that a schema tells apart by its tags, as a tree.
 *
 * A node is `{ schema, split? }`. `schema` is for a value of none of the kinds below it. `split` says where the next tag
 * stands: `{ level, key, tag, kinds, absent }`, with `key` the property that holds the tagged object (null for the value
 * itself), `kinds` a Map from the tag's value to the node for it, and `absent` the node for a value without the tag.
 *
 * @param {object} document the published schema
 * @param {object} schema the subschema that holds for every value
 * @param {{ level: string, key: string | null, tag: string }[][]} places where tags may stand, outermost first; at each
 *   depth the first place that the schema branches on
 */
export function kindTree(document, schema, places, tags = {}, path = []) {
  const [alternatives, ...inner] = places;
  for (const place of alternatives ?? []) {
    const at = place.key === null ? path : [...path, place.key];
    const names = namesAt(document, schema, tags, at, place.tag);
    if (names.size === 0) continue;
    const node = (value) => kindTree(document, schema, inner, set(tags, at, place.tag, value), at);
    const kinds = new Map([...names].map((name) => [name, node(name)]));
    const split = { ...place, kinds };
    if (place.without) split.absent = kindTree(document, schema, place.without, set(tags, at, place.tag, absent), at);
    return { schema: evaluate(document, schema, set(tags, at, place.tag, other)), split };
  }
  return { schema: evaluate(document, schema, tags) };
}

/** The constants that the schema compares the tag at a path with. */
function namesAt(document, schema, tags, path, tag, names = new Set()) {
  collect(document, evaluate(document, schema, tags), path, tag, names);
  return names;
}

function collect(document, schema, path, tag, names) {
  if (typeof schema !== 'object' || schema === null) return;
  const test = path.length === 0 ? schema.if?.properties?.[tag] : undefined;
  for (const name of constants(test ?? {}) ?? []) if (typeof name === 'string') names.add(name);
  const inside = (part) => collect(document, part, path, tag, names);
  if (schema.$ref?.startsWith(`${document.$id}:`)) inside(document.$defs[schema.$ref.slice(document.$id.length + 1)]);
  else if (schema.$ref?.startsWith('#/$defs/')) inside(document.$defs[schema.$ref.slice('#/$defs/'.length)]);
  for (const part of [...(schema.allOf ?? []), schema.then, schema.else]) inside(part);
  if (path.length > 0) collect(document, schema.properties?.[path[0]], path.slice(1), tag, names);
}

function set(tags, path, tag, value) {
  if (path.length === 0) return { ...tags, [tag]: value };
  const [key, ...rest] = path;
  const inner = typeof tags[key] === 'object' ? tags[key] : {};
  return { ...tags, [key]: set(inner, rest, tag, value) };
}
