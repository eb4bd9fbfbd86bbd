/** The value of a tag that is a string, but none of the names that the schema knows. */
export const other = Symbol('other');
/** The value of a tag that is not there. */
export const absent = Symbol('absent');

/**
 * The schema as it reads for a value whose tags are known: if/then/else branches that those tags decide are replaced by
 * what applies, references to such branches are followed, and annotations are dropped.
 *
 * @param {object} document the published schema, for its `$id` and `$defs`
 * @param {unknown} schema any subschema of it
 * @param {object} tags what is known of the value: tag to string, `other` or `absent`; property to an object of the same kind
 */
export function evaluate(document, schema, tags) {
  if (typeof schema !== 'object' || schema === null) return schema;
  const result = {};
  const all = [];
  for (const [keyword, value] of Object.entries(schema)) {
    if (annotations.has(keyword)) continue;
    if (keyword === '$ref') all.push(...reference(document, value, tags));
    else if (keyword === 'allOf') all.push(...value.map((part) => evaluate(document, part, tags)));
    else if (keyword === 'if') all.push(...condition(document, schema, tags));
    else if (keyword === 'then' || keyword === 'else') continue;
    else if (keyword === 'properties') result.properties = properties(document, value, tags);
    else result[keyword] = untouched(document, value, keyword);
  }
  const parts = all.filter((part) => Object.keys(part).length > 0);
  return parts.length > 0 ? { ...result, allOf: parts } : result;
}

const annotations = new Set(
  '$id $schema $defs $comment title description examples format x-codex x-version'.split(' '),
);

function reference(document, ref, tags) {
  const target = ref.startsWith('#/$defs/') ? document.$defs[ref.slice('#/$defs/'.length)] : null;
  if (!target || !speaksOf(document, target, tags)) return [{ $ref: absolute(document, ref) }];
  return [evaluate(document, target, tags)];
}

/** Whether evaluating the schema with these tags would change it. */
function speaksOf(document, schema, tags) {
  if (typeof schema !== 'object' || schema === null) return false;
  if (schema.if && holds(schema.if, tags) !== undefined) return true;
  if (schema.$ref?.startsWith('#/$defs/')) {
    if (speaksOf(document, document.$defs[schema.$ref.slice('#/$defs/'.length)], tags)) return true;
  }
  if (schema.allOf?.some((part) => speaksOf(document, part, tags))) return true;
  return Object.entries(schema.properties ?? {}).some(
    ([name, part]) => isTags(tags[name]) && speaksOf(document, part, tags[name]),
  );
}

function condition(document, schema, tags) {
  const verdict = holds(schema.if, tags);
  if (verdict === true) return schema.then ? [evaluate(document, schema.then, tags)] : [];
  if (verdict === false) return schema.else ? [evaluate(document, schema.else, tags)] : [];
  const undecided = Object.entries(untouched(document, schema)).filter(([keyword]) => conditional.has(keyword));
  return [Object.fromEntries(undecided)];
}

const conditional = new Set(['if', 'then', 'else']);

/** Whether a condition holds; undefined when the tags do not decide it. */
function holds(test, tags) {
  const verdicts = [];
  for (const [keyword, value] of Object.entries(test)) {
    if (keyword === 'required') verdicts.push(...value.map((name) => isThere(tags[name])));
    else if (keyword === 'properties') {
      verdicts.push(...Object.entries(value).map(([name, part]) => equals(tags[name], part)));
    } else verdicts.push(undefined);
  }
  if (verdicts.includes(false)) return false;
  return verdicts.includes(undefined) ? undefined : true;
}

function isThere(tag) {
  return tag === undefined ? undefined : tag !== absent;
}

function equals(tag, schema) {
  if (tag === absent) return true;
  const names = constants(schema);
  return names === undefined || tag === undefined || isTags(tag) ? undefined : names.includes(tag);
}

/** The values that a schema allows, when it says nothing but those. */
export function constants(schema) {
  if (Object.keys(schema).length > 1) return undefined;
  return 'const' in schema ? [schema.const] : schema.enum;
}

function isTags(tag) {
  return typeof tag === 'object' && tag !== null;
}

function properties(document, schemas, tags) {
  const entries = Object.entries(schemas).map(([name, schema]) => [
    name,
    isTags(tags[name]) ? evaluate(document, schema, tags[name]) : untouched(document, schema),
  ]);
  return Object.fromEntries(entries);
}

/** A part that the tags say nothing about: the same, without annotations and with absolute references. */
function untouched(document, value, keyword) {
  if (keyword === 'enum' || keyword === 'const' || keyword === 'required') return value;
  if (Array.isArray(value)) return value.map((part) => untouched(document, part));
  if (typeof value !== 'object' || value === null) return keyword === '$ref' ? absolute(document, value) : value;
  const isMap = keyword === 'properties';
  const kept = Object.entries(value).filter(([name]) => isMap || !annotations.has(name));
  return Object.fromEntries(kept.map(([name, part]) => [name, untouched(document, part, isMap ? undefined : name)]));
}

function absolute(document, ref) {
  return ref.startsWith('#/$defs/') ? `${document.$id}:${ref.slice('#/$defs/'.length)}` : ref;
}

/** The definitions of a document as schemas of their own, by the names that evaluated schemas refer to them with. */
export function definitions(document) {
  const entries = Object.entries(document.$defs ?? {});
  return entries.map(([name, schema]) => [`${document.$id}:${name}`, untouched(document, schema)]);
}
