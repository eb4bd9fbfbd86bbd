// Writes man/sessions.1 and man/sessions-*.1 from the data of the commands. `npm run man`.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const made = `${root}.cache/man-${process.pid}`;
await mkdir(made, { recursive: true });
try {
  await build({
    absWorkingDir: root,
    stdin: {
      contents: `
        import { packageVersion } from './src/base/package-files.ts';
        import { renderManPages } from './src/commands/frame/render-man.ts';
        import { commands } from './src/commands/registry.ts';
        export const pages = renderManPages(commands.map(({ spec }) => spec), packageVersion());`,
      resolveDir: root,
    },
    outfile: `${made}/pages.mjs`,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
  const { pages } = await import(`${made}/pages.mjs`);
  for (const { name, source } of pages) await writeFile(`${root}man/${name}`, source);
} finally {
  await rm(made, { recursive: true });
}
