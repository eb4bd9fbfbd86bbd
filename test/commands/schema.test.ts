import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/commands/frame/run-command-line.ts';
import { commands } from '../../src/commands/registry.ts';
import { MemoryIo, type MemoryIoOptions } from '../support/memory-io.ts';

async function run(argv: string[], options: MemoryIoOptions = {}) {
  const io = new MemoryIo(options);
  const code = await runCommandLine(argv, commands, io);
  return { code, out: io.outText, err: io.errText };
}

describe('sessions schema', () => {
  it('lists name, version and title of every schema', async () => {
    const { code, out } = await run(['schema']);
    expect(code).toBe(0);
    const rows = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const { name, version, title } of rows) {
      const file = new URL(`../../schemas/${name}.schema.json`, import.meta.url);
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ 'x-version': version, title });
    }
    expect(rows.map(({ name }) => name)).toEqual(expect.arrayContaining(['event', 'rollout-line']));
    expect(rows[0].schema).toBe('sessions.schema-entry/1');
  });

  it('prints names alone with -q', async () => {
    const { out } = await run(['schema', '-q']);
    expect(out.split('\n')).toContain('event');
  });

  it('prints a schema to the byte', async () => {
    const { code, out } = await run(['schema', 'event']);
    expect(code).toBe(0);
    expect(out).toBe(readFileSync(new URL('../../schemas/event.schema.json', import.meta.url), 'utf8'));
  });

  it.each(['evnt', '../package', 'event.schema.json', '__proto__'])('refuses %s', async (name) => {
    const { code, out, err } = await run(['schema', name]);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(`there is no schema '${name}'\nhint: `);
  });
});
