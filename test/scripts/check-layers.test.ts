import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { checkLayers } from '../../scripts/check-layers.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const made: string[] = [];

/** A package with these files under src/, and the packages of this one. */
function projectWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'layers-'));
  made.push(folder);
  writeFileSync(join(folder, 'package.json'), '{"type":"module","dependencies":{"cac":"*","ajv":"*"}}');
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true });
});

describe('checkLayers', () => {
  it('has nothing to say about imports that the table allows', async () => {
    const folder = projectWith({
      'src/base/text.ts': 'export const text = 1;',
      'src/ui/print.ts': "import { text } from '../base/text.ts';\nexport const print = text;",
    });
    expect(await checkLayers(folder)).toEqual({ modules: 2, complaints: [] });
  });

  it.each([
    ['a layer that the row does not list', 'src/base/a.ts', "import { b } from '../ui/b.ts';\nexport const a = b;"],
    ['only a type of such a layer', 'src/base/a.ts', "import type { B } from '../ui/b.ts';\nexport type A = B;"],
    ['such a layer at run time', 'src/commands/a.ts', "export const a = () => import('../store/b.ts');"],
    ['a package of another row', 'src/ui/a.ts', "import cac from 'cac';\nexport const a = cac;"],
    ['a file outside the layers', 'src/helpers/a.ts', "import { b } from '../ui/b.ts';\nexport const a = b;"],
    ['something that is not there', 'src/base/a.ts', "import { x } from './x.ts';\nexport const a = x;"],
  ])('complains about %s', async (_case, path, text) => {
    const other = 'export const b = 1;\nexport type B = 1;';
    const folder = projectWith({ [path]: text, 'src/ui/b.ts': other, 'src/store/b.ts': other });
    const { complaints } = await checkLayers(folder);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(`${path} -> `);
  });

  it('complains about a source file that it did not see', async () => {
    const folder = projectWith({ 'src/base/a.ts': 'export const a = 1;', 'src/base/b.tsx': 'export const b = 1;' });
    rmSync(join(folder, 'src/base/b.tsx'));
    symlinkSync(join(folder, 'src/base/a.ts'), join(folder, 'src/base/c.ts'));
    const { complaints } = await checkLayers(folder);
    expect(complaints).toContain('2 modules seen, but 1 source files');
  });
});
