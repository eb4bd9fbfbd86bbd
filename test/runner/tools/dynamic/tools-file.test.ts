import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readToolsFile } from '../../../../src/runner/tools/dynamic/tools-file.ts';

const made: string[] = [];
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function write(name: string, content: string | Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'tools-'));
  made.push(folder);
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const weather = { name: 'weather', description: 'Tells the weather.', inputSchema: schema, command: ['weather', '-v'] };

describe('a file of tools', () => {
  it('is JSON or YAML', async () => {
    expect(await readToolsFile(write('tools.json', JSON.stringify([weather])))).toEqual([weather]);
    const yaml = `
- name: weather
  description: Tells the weather.
  inputSchema: { type: object, properties: { city: { type: string } }, required: [city] }
  command: [weather, -v]
`;
    expect(await readToolsFile(write('tools.yaml', yaml))).toEqual([weather]);
    expect(await readToolsFile(write('tools', JSON.stringify([weather])))).toEqual([weather]);
    expect(await readToolsFile(write('none.yaml', '[]'))).toEqual([]);
  });

  it('has programs that lie beside it, and may leave out a schema', async () => {
    const file = write('t.json', JSON.stringify([{ name: 'x', description: 'X.', command: ['bin/x', 'bin/y'] }]));
    expect(await readToolsFile(file)).toEqual([
      {
        name: 'x',
        description: 'X.',
        inputSchema: { type: 'object', properties: {} },
        command: [join(file, '../bin/x'), 'bin/y'],
      },
    ]);
  });

  it.each([
    ['no list', { weather }, 'a file of tools is a list'],
    ['no object', ['weather'], 'tool 1 is no object'],
    ['no name', [weather, {}], 'tool 2 has no name'],
    ['a name that no API takes', [{ ...weather, name: 'a b' }], 'the name of tool 1 must be 1 to 64'],
    ['a long name', [{ ...weather, name: 'a'.repeat(65) }], 'the name of tool 1 must be 1 to 64'],
    ['the name of a built-in tool', [{ ...weather, name: 'apply_patch' }], 'is that of a built-in tool'],
    ['two of one name', [weather, weather], "there are two tools 'weather'"],
    ['no description', [{ ...weather, description: ' ' }], "tool 'weather' has no description"],
    ['no command', [{ ...weather, command: undefined }], "the command of tool 'weather' is no list"],
    ['a command in one piece', [{ ...weather, command: 'weather -v' }], "the command of tool 'weather' is no list"],
    ['an empty command', [{ ...weather, command: [] }], "the command of tool 'weather' is no list"],
    ['a command with a NUL', [{ ...weather, command: ['a\0b'] }], "the command of tool 'weather' is no list"],
    ['an unknown key', [{ ...weather, timeout: 3 }], "'timeout' of tool 'weather' is not known"],
    ['a schema of no object', [{ ...weather, inputSchema: { type: 'string' } }], 'with the type object'],
    [
      'a schema that does not compile',
      [{ ...weather, inputSchema: { type: 'object', properties: { a: { type: 'strin' } } } }],
      "the inputSchema of 'weather' cannot be used",
    ],
    [
      'a schema that refers to nothing',
      [{ ...weather, inputSchema: { type: 'object', $ref: 'https://example.com/x' } }],
      "the inputSchema of 'weather' cannot be used",
    ],
    [
      'an asynchronous schema',
      [{ ...weather, inputSchema: { type: 'object', $async: true } }],
      "the inputSchema of 'weather' is asynchronous",
    ],
  ])('with %s is refused', async (_, tools, message) => {
    const file = write('t.json', JSON.stringify(tools));
    const failure = await readToolsFile(file).catch((error) => error);
    expect(failure).toMatchObject({ kind: 'usage', place: { file } });
    expect(failure.message).toContain(message);
  });

  it.each([
    ['t.json', '[', /^not JSON: /, undefined],
    ['t.yaml', '- name: a\n  name: b\n', /^column \d+: not YAML: /, 2],
    ['t.yaml', '- *nothing\n', /not YAML: /, undefined],
    ['t.yaml', Buffer.from([0xff]), /^not UTF-8$/, undefined],
    ['t.yaml', `a: ${'x'.repeat(5 * 1024 * 1024)}`, /^larger than/, undefined],
  ])('%s that cannot be read is refused (%#)', async (name, content, message, line) => {
    const file = write(name, content);
    const failure = await readToolsFile(file).catch((error) => error);
    expect(failure).toMatchObject({ kind: 'usage', message: expect.stringMatching(message), place: { file } });
    if (line) expect(failure.place.line).toBe(line);
  });

  it('may not be there', async () => {
    await expect(readToolsFile('/nowhere/tools.json')).rejects.toMatchObject({ kind: 'trouble' });
  });
});
