/**
 * The layers, as data: each folder of src/ imports itself and what its row lists, and a package is imported only by the
 * folders whose rows name it. `src/main.ts` is the row `main.ts`.
 */
export const layers = {
  base: { folders: [], packages: ['parse-duration'] },
  model: { folders: ['base'], packages: ['uuid'] },
  format: { folders: ['base', 'model'], packages: ['ajv'] },
  store: { folders: ['base', 'model', 'format'], packages: ['zstd-napi', 'fs-ext'] },
  index: { folders: ['base', 'model', 'format', 'store'], packages: ['better-sqlite3'] },
  engine: {
    folders: ['base', 'model', 'format', 'store', 'index'],
    packages: ['ndjson', 'yaml', '@secretlint', 'csv-stringify', 'hyparquet-writer', 'markdown-it', 'tar-stream'],
  },
  runner: {
    folders: ['base', 'model', 'format', 'store'],
    packages: ['eventsource-parser', 'smol-toml', 'yaml', '@modelcontextprotocol/sdk', 'ajv'],
  },
  ui: { folders: ['base', 'model'], packages: ['cli-table3', 'picocolors', 'string-width'] },
  tui: { folders: ['base', 'model', 'ui'], packages: ['ink', 'react'] },
  commands: { folders: ['base', 'model', 'index', 'engine', 'runner', 'ui', 'tui'], packages: ['cac'] },
  'main.ts': { folders: ['base', 'commands'], packages: [] },
};

/** The rules that follow from the table, for one folder of sources. */
export function layerRules(table = layers, source = 'src') {
  const rows = Object.entries(table).flatMap(([row, { folders, packages }]) => [
    {
      name: `${row} imports a layer that is not in its row`,
      severity: 'error',
      from: { path: `^${source}/${row}(/|$)` },
      to: { path: `^${source}/`, pathNot: [row, ...folders].map((folder) => `^${source}/${folder}(/|$)`) },
    },
    {
      name: `${row} imports a package that is not in its row`,
      severity: 'error',
      from: { path: `^${source}/${row}(/|$)` },
      to: {
        path: '(^|/)node_modules/',
        pathNot: ['node_modules/@types/node/', ...packages.map((name) => `node_modules/(@types/)?${name}/`)],
      },
    },
  ]);
  return [
    ...rows,
    {
      name: 'a source file outside the layers',
      severity: 'error',
      from: { path: `^${source}/`, pathNot: Object.keys(table).map((row) => `^${source}/${row}(/|$)`) },
      to: {},
    },
    { name: 'an import that leads nowhere', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'a circle of imports',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'tests or scripts in the program',
      severity: 'error',
      from: { path: `^${source}/` },
      to: { path: '^(test|scripts|bench)/' },
    },
  ];
}

export default { forbidden: layerRules() };
