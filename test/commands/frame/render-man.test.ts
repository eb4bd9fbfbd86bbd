import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { packageVersion } from '../../../src/base/package-files.ts';
import { renderManPages } from '../../../src/commands/frame/render-man.ts';
import { commands } from '../../../src/commands/registry.ts';
import { sampleSpecs } from './sample-commands.ts';

const folder = new URL('../../../man/', import.meta.url);
const pages = renderManPages(
  commands.map(({ spec }) => spec),
  packageVersion(),
);
const hasMandoc = spawnSync('mandoc', ['-V']).error === undefined;

describe('the man pages of section 1', () => {
  it('are those of the commands (`npm run man` writes them)', () => {
    const committed = readdirSync(folder).filter((name) => name.endsWith('.1'));
    expect(committed.sort()).toEqual(pages.map(({ name }) => name).sort());
  });

  it.each(pages.map(({ name, source }) => [name, source]))('%s is what the data gives', (name, source) => {
    expect(readFileSync(new URL(name, folder), 'utf8')).toBe(source);
  });

  it.each(commands.map(({ spec }) => [spec.name, spec]))('sessions-%s.1 has the options of --help', (name, spec) => {
    const source = pages.find((page) => page.name === `sessions-${name.replaceAll(' ', '-')}.1`)?.source;
    for (const { long, short } of spec.options) {
      const terms = short === undefined ? `\\fB--${long}` : `\\fB-${short}\\fR, \\fB--${long}`;
      expect(source).toContain(`.TP\n${terms.replaceAll('-', '\\-')}`);
    }
  });
});

describe.skipIf(!hasMandoc)('mandoc', () => {
  const samples = renderManPages(sampleSpecs, '1.2.3');

  it.each([...pages, ...samples].map(({ name, source }) => [name, source]))(
    'finds no fault with %s',
    (_name, input) => {
      const { stdout } = spawnSync('mandoc', ['-T', 'lint', '-W', 'warning'], { input, encoding: 'utf8' });
      const complaints = stdout.split('\n').filter((line) => line !== '' && !line.includes('missing date'));
      expect(complaints).toEqual([]);
    },
  );

  it('shows characters that roff would take for its own', () => {
    const [, page] = renderManPages(
      [{ ...sampleSpecs[0]!, description: [".TH is no macro, 'nor is this", "'x' \\fB ~/a-b ^[ `--json`"] }],
      '1.2.3',
    );
    const { stdout } = spawnSync('mandoc', ['-T', 'ascii'], { input: page!.source, encoding: 'utf8' });
    // Bold is a character struck over itself.
    const shown = stdout.replace(/.\x08/g, '');
    expect(shown).toContain(".TH is no macro, 'nor is this");
    expect(shown).toContain("'x' \\fB ~/a-b ^[ --json");
  });
});
