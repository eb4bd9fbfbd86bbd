// Checks the imports of src/ against the table in .dependency-cruiser.mjs. `npm run layers`.
import { readdir } from 'node:fs/promises';
import { relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cruise } from 'dependency-cruiser';
import { layerRules } from '../.dependency-cruiser.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Everything that is wrong with the imports of the modules in `source`, a folder below `folder`. A file that the
 * cruiser did not see would be a file that no rule holds for, so that is wrong as well.
 *
 * @returns {Promise<{modules: number, complaints: string[]}>}
 */
export async function checkLayers(folder = root, source = 'src') {
  const { output } = await cruise(
    [source],
    {
      baseDir: folder,
      ruleSet: { forbidden: layerRules() },
      validate: true,
      tsPreCompilationDeps: true,
      doNotFollow: 'node_modules',
    },
    {
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
      conditionNames: ['node', 'import', 'types'],
    },
  );
  const seen = new Set(output.modules.map((module) => module.source).filter((path) => path.startsWith(`${source}/`)));
  const files = await listSources(folder, source);
  return {
    modules: seen.size,
    complaints: [
      ...output.summary.violations.map(({ rule, from, to }) => `${from} -> ${to}: ${rule.name}`),
      ...files.filter((file) => !seen.has(file)).map((file) => `${file}: not seen`),
      ...(seen.size === files.length ? [] : [`${seen.size} modules seen, but ${files.length} source files`]),
    ],
  };
}

async function listSources(folder, source) {
  const entries = await readdir(`${folder}/${source}`, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.m?[jt]sx?$/.test(entry.name))
    .map((entry) => relative(folder, `${entry.parentPath}/${entry.name}`));
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { modules, complaints } = await checkLayers();
  for (const complaint of complaints) process.stderr.write(`${complaint}\n`);
  process.stdout.write(`layers: ${modules} modules, ${complaints.length} complaints\n`);
  process.exitCode = complaints.length > 0 ? 1 : 0;
}
