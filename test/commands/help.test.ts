import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/commands/frame/run-command-line.ts';
import { commands } from '../../src/commands/registry.ts';
import { MemoryIo } from '../support/memory-io.ts';

async function run(...argv: string[]) {
  const io = new MemoryIo();
  const code = await runCommandLine(argv, commands, io);
  return { code, out: io.outText, err: io.errText };
}

describe('sessions help', () => {
  it.each(commands.map(({ spec }) => spec.name))('explains %s as --help does', async (name) => {
    const asked = await run('help', ...name.split(' '));
    expect(asked).toEqual(await run(...name.split(' '), '--help'));
    expect(asked.code).toBe(0);
    expect(asked.out).toContain(`sessions ${name} - `);
  });

  it('alone is what --help prints', async () => {
    expect(await run('help')).toEqual(await run('--help'));
  });

  it.each(['hold', 'index'])('lists what there is under %s', async (word) => {
    const asked = await run('help', word);
    expect(asked).toEqual(await run(word, '--help'));
    expect(asked.code).toBe(0);
    for (const { spec } of commands.filter(({ spec: { name } }) => name.startsWith(`${word} `))) {
      expect(asked.out).toContain(`sessions ${spec.name} `);
      expect(asked.out).toContain(spec.summary);
    }
  });

  it.each([
    [['hlep'], "'hlep' is not a command", 'did you mean help?'],
    [['version', 'more'], "'version more' is not a command", undefined],
  ])('refuses %j', async (words, message, hint) => {
    const err = `sessions: ${message}\n${hint ? `hint: ${hint}\n` : ''}`;
    expect(await run('help', ...words)).toEqual({ code: 2, out: '', err });
  });
});

it.each([
  ['secrets', 'searched'],
  ['seal', 'sealed'],
  ['verify', 'checked'],
])('%s, which leaves no archived session out, does not offer to add them', async (command, taken) => {
  const { out } = await run(command, '--help');
  expect(out.replace(/\s+/g, ' ')).toContain(`With =only, archived sessions alone; they are ${taken} anyway.`);
});

describe('sessions version', () => {
  it('prints what --version prints', async () => {
    const printed = await run('version');
    expect(printed).toEqual(await run('--version'));
    expect(printed.out).toMatch(/^sessions \d+\.\d+\.\d+\n$/);
  });
});
