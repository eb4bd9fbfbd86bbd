// Compiles schemas/*.schema.json into src/format/validators.generated.js, so that nothing is compiled at run time. The
// events' validator is a module of its own, because every reader of sessions loads it, and so are those of what an export
// writes besides events; only `validate` and few others load the rest.
//
// A line is dispatched by its tags (record type, payload type, item type) before it is validated. The function for each
// combination of tags is derived from the published schema by deciding its if/then branches for those tags, so nothing
// is written twice. `npm run build` and `npm test` run this first.
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { build } from 'esbuild';
import { definitions } from './validators/evaluate-tags.mjs';
import { kindTree } from './validators/kind-tree.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const target = (name) => join(root, `src/format/${name}.generated`);

const schemas = await readSchemas(join(root, 'schemas'));
const ajv = new Ajv({
  inlineRefs: false,
  code: { source: true, esm: true, lines: false },
  strict: true,
  strictTypes: false,
  strictRequired: false,
  validateFormats: false,
  messages: false,
  keywords: ['x-version', 'x-codex'],
});

for (const schema of schemas.values()) {
  for (const [name, definition] of definitions(schema)) ajv.addSchema(definition, name);
}

const line = schemas.get('rollout-line');
const item = [{ level: 'item', key: 'item', tag: 'type' }];
const payload = [{ level: 'payload', key: 'payload', tag: 'type' }];
const marker = [[{ level: 'type', key: null, tag: 'record_type', without: [] }]];
const trees = {
  bare: kindTree(line, line.$defs.bare, [[{ level: 'type', key: null, tag: 'type', without: marker }]]),
  envelope: kindTree(line, line.$defs.envelope, [[{ level: 'type', key: null, tag: 'type' }], payload, item]),
  paginated: kindTree(line, line.$defs.paginated, [[{ level: 'type', key: null, tag: 'type' }], payload, item]),
  event: kindTree(schemas.get('event'), schemas.get('event'), [
    [{ level: 'type', key: null, tag: 'type' }],
    [
      { level: 'payload', key: 'msg', tag: 'type' },
      { level: 'payload', key: 'item', tag: 'type' },
    ],
  ]),
};
const exported = ['export-document', 'export-loss', 'export-manifest', 'otlp-traces'];
// Those two are dispatched by their tags, above.
const apart = ['rollout-line', 'event', ...exported];
for (const [name, schema] of schemas) {
  if (!apart.includes(name)) trees[camelCase(name)] = kindTree(schema, schema, []);
}

const { event, ...others } = trees;
const published = schemas.get('event');
const byType = [[{ level: 'payload', key: null, tag: 'type' }]];
await write('event-validator', {
  event,
  meta: kindTree(published, published.$defs.SessionMeta, []),
  context: kindTree(published, published.$defs.TurnContext, []),
  compacted: kindTree(published, published.$defs.Compacted, []),
  msg: kindTree(published, published.$defs.EventMsg, byType),
  item: kindTree(published, published.$defs.ResponseItem, byType),
});
await write('export-validators', Object.fromEntries(exported.map((name) => [camelCase(name), exportTree(name)])));
await write('validators', others);

/** The events of a document are held to their own schema one by one, as they are written. */
function exportTree(name) {
  const schema = schemas.get(name);
  if (name !== 'export-document') return kindTree(schema, schema, []);
  const { items, ...events } = schema.properties.events;
  const outer = { ...schema, $id: `${schema.$id}:outer`, properties: { ...schema.properties, events } };
  return kindTree(outer, outer, []);
}

async function write(name, some) {
  await replace(`${target(name)}.js`, await bundle(moduleText(some, name.split('-')[0])));
  await replace(`${target(name)}.d.ts`, declarations(Object.keys(some)));
}

async function readSchemas(folder) {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.schema.json')).sort();
  const parsed = files.map(async (name) => [
    name.replace('.schema.json', ''),
    JSON.parse(await readFile(join(folder, name), 'utf8')),
  ]);
  return new Map(await Promise.all(parsed));
}

function camelCase(name) {
  return name.replace(/-([a-z])/g, (_, letter) => letter.toUpperCase());
}

/** The compiled functions, and the trees that name them. */
function moduleText(trees, prefix) {
  const kind = registry(`${prefix}Kind`);
  const part = registry(`${prefix}Part`);
  const exports = Object.entries(trees).map(
    ([name, tree]) => `export const ${name} = ${nodeText(tree, (schema) => kind.nameOf(shareParts(schema, part)))};`,
  );
  const compiled = standalone.default(ajv, Object.fromEntries(kind.names().map((name) => [name, name])));
  // Nobody reads the schema paths, and they are a tenth of the text.
  const shorter = compiled
    .replaceAll(/schemaPath:"(?:[^"\\]|\\.)*",/g, '')
    .replaceAll(`export const ${prefix}Kind`, `const ${prefix}Kind`);
  return `${shorter}\n${exports.join('\n')}\n`;
}

/** Gives each different schema one name. */
function registry(prefix) {
  const names = new Map();
  const nameOf = (schema) => {
    const text = JSON.stringify(schema);
    if (!names.has(text)) {
      names.set(text, `${prefix}${names.size}`);
      ajv.addSchema(schema, names.get(text));
    }
    return names.get(text);
  };
  return { nameOf, names: () => [...names.values()] };
}

/** The same schema, with what stands beside `allOf` in schemas of their own, which many kinds have in common. */
function shareParts(schema, part) {
  if (typeof schema !== 'object') return schema;
  const { allOf, ...beside } = schema;
  if (beside.properties) {
    const entries = Object.entries(beside.properties);
    beside.properties = Object.fromEntries(entries.map(([name, inner]) => [name, shareParts(inner, part)]));
  }
  if (!allOf) return beside;
  const shared = Object.keys(beside).length > 0 ? [{ $ref: part.nameOf(beside) }] : [];
  return { allOf: [...shared, ...allOf.map((inner) => shareParts(inner, part))] };
}

function nodeText(node, nameOf) {
  const validate = nameOf(node.schema);
  if (!node.split) return `{validate:${validate}}`;
  const { level, key, tag, kinds, absent } = node.split;
  const entries = [...kinds].map(([name, child]) => `[${JSON.stringify(name)},${nodeText(child, nameOf)}]`);
  const place = JSON.stringify({ level, key, tag }).slice(1, -1);
  const without = absent ? `,absent:${nodeText(absent, nameOf)}` : '';
  return `{validate:${validate},split:{${place},kinds:new Map([${entries.join(',')}])${without}}}`;
}

/** The same module without imports: ajv's own run-time functions are put inside. */
async function bundle(contents) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    target: 'node20',
    minifyWhitespace: true,
    minifySyntax: true,
  });
  return `// Made by scripts/build-validators.mjs from schemas/*.schema.json.\n${outputFiles[0].text}`;
}

function declarations(names) {
  return `// Made by scripts/build-validators.mjs from schemas/*.schema.json.

/** What ajv says of a value: true, or false and the first fault in \`errors\`. */
export interface Validate {
  (value: unknown): boolean;
  errors?: Fault[] | null;
}

export interface Fault {
  keyword: string;
  instancePath: string;
  params: { [name: string]: unknown };
}

/** The validator for a value of no kind below it, and where the tag stands that tells those kinds apart. */
export interface KindNode {
  validate: Validate;
  split?: {
    level: 'type' | 'payload' | 'item';
    /** The property that holds the tagged object; null for the value itself. */
    key: string | null;
    tag: string;
    kinds: ReadonlyMap<string, KindNode>;
    /** For a value without the tag. */
    absent?: KindNode;
  };
}

${names.map((name) => `export const ${name}: KindNode;`).join('\n')}
`;
}

// Another process may be reading the old file.
async function replace(path, text) {
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}
