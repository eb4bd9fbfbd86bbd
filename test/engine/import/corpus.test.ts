import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../../builders.ts';
import { runHere } from '../../support/run-here.ts';

const corpus = process.env.SESSIONS_CORPUS;
const homes = corpus === undefined ? [] : readdirSync(corpus).filter((name) => /^\d/.test(name));

describe.skipIf(corpus === undefined)('export, import and export again, over the corpus', () => {
  it.each(homes)('%s', { timeout: 300_000 }, async (home) => {
    const from = makeFolder();
    cpSync(join(corpus as string, home), from, { recursive: true });
    const run = (at: string, ...args: string[]) =>
      runHere(args, { env: { CODEX_HOME: at, PATH: process.env.PATH ?? '' } });
    const ids = (await run(from, 'ls', '-q', '--archived', '--no-index')).out.toString().split('\n').filter(Boolean);
    const folder = makeFolder();

    // A bundle of all: everything reads the same, by bytes and by events.
    const bundle = join(folder, 'all.tar');
    const packed = await run(from, 'export', '--format', 'bundle', '--no-validate', '-o', bundle, ...ids);
    expect([packed.code, packed.err]).toEqual([0, expect.stringMatching(/^(?:.*is not signed.*\n)?$/)]);
    const whole = makeHome(folder, 'whole');
    const brought = await run(whole, 'import', '--json', bundle);
    expect(brought.code).toBe(0);
    expect((await run(whole, 'import', bundle)).code).toBe(0);
    let altered = 0;
    for (const id of ids) {
      for (const raw of [['--raw'], ['--no-validate']]) {
        const before = await run(from, 'export', ...raw, id);
        const after = await run(whole, 'export', ...raw, id);
        expect([id, raw, after.code, after.out.equals(before.out)]).toEqual([id, raw, before.code, true]);
      }

      const events = await run(from, 'export', '--no-validate', id);
      const file = join(folder, `${id}.jsonl`);
      writeFileSync(file, events.out);
      const alone = makeHome(folder, `events-${id}`);
      const imported = await run(alone, 'import', '--json', file);
      if (imported.code !== 0) {
        // There is nothing of it, or a session that it goes on from is missing.
        const goesOn = /"inherited_from":"[^"]*","base_rollout"/.test(events.out.toString());
        expect([id, imported.code, imported.err]).toEqual([
          id,
          events.out.length === 0 ? 1 : 4,
          expect.stringContaining(events.out.length === 0 ? 'holds nothing' : '--format bundle'),
        ]);
        expect([id, events.out.length === 0 || goesOn]).toEqual([id, true]);
        continue;
      }
      for (const record of parsed(imported.out)) altered += record.altered;
      const again = await run(alone, 'export', '--no-validate', id);
      expect(lines(again.out)).toEqual(lines(events.out));
      const twice = await run(alone, 'import', '--json', file);
      expect(parsed(twice.out).map(({ status }) => status)).toEqual(parsed(twice.out).map(() => 'present'));
    }

    // The events of all in one stream: forks by reference and reverts find what they go on from.
    const stream = await run(from, 'export', '--no-validate', ...ids);
    const recorded = [...new Set(parsed(stream.out).map(({ thread_id }) => thread_id))];
    const file = join(folder, 'all.jsonl');
    writeFileSync(file, stream.out);
    const again = makeHome(folder, 'again');
    const imported = await run(again, 'import', '--json', file);
    expect([imported.code, imported.err]).toEqual([0, '']);
    expect((await run(again, 'export', '--no-validate', ...recorded)).out.equals(stream.out)).toBe(true);
    expect(altered).toBe(0);
  });
});

/** What the new place dictates: without the parent, nothing tells what was copied from it. */
function lines(out: Buffer): string[] {
  return out
    .toString()
    .split('\n')
    .map((line) => line.replace(/,"inherited_from":"[^"]*"/, ''));
}

function parsed(out: Buffer) {
  return out
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

function makeHome(folder: string, name: string): string {
  const home = join(folder, name);
  mkdirSync(home);
  return home;
}
