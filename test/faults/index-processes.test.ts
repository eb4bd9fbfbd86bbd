import { type ChildProcess, spawn as startProcess } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { idOf, makeHome } from '../builders.ts';
import { buildScript } from '../support/built.ts';
import { spawn } from '../support/list-sessions.ts';
import { session, settle } from '../support/varied-home.ts';

const seconds = process.env.MODE === 'full' ? 60 : 10;
const warning = /^(sessions: the index was made anew, because .*\n)?$/;

describe('eight processes at once', () => {
  it(
    'lose no row and find no fault',
    async () => {
      const home = makeHome();
      for (let number = 1; number <= 60; number++) home.rollout(idOf(number), session(idOf(number), 'at rest'));
      settle(home.path);
      const known = new Set(Array.from({ length: 60 }, (_, index) => idOf(index + 1)));
      const script = await buildScript('session-writer');
      const writers = [1, 2, 3].map((number) =>
        startProcess(process.execPath, [script, home.path, String(number), String(seconds)], {
          stdio: ['ignore', 'pipe', 'inherit'],
        }),
      );
      for (const writer of writers) collect(writer, (id) => known.add(id));
      const ends = writers.map((writer) => once(writer, 'exit'));
      const end = Date.now() + seconds * 1000;
      const runs: { [command: string]: number } = {};
      /** What went wrong, how often, and how the first time. */
      const faults: { [what: string]: [times: number, first: unknown] } = {};
      const note = (what: string, found: unknown) => {
        const [times, first] = faults[what] ?? [0, found];
        faults[what] = [times + 1, first];
      };
      const repeat = async (args: string[], look: (out: string, before: string[]) => Faults = () => ({})) => {
        const command = args.join(' ');
        while (Date.now() < end) {
          const before = [...known];
          const { code, out, err } = await spawn(home, args);
          runs[command] = (runs[command] ?? 0) + 1;
          if (code !== 0 || !warning.test(err)) note(`${command}: exit ${code}`, err);
          else for (const [what, found] of Object.entries(look(out, before))) note(`${command}: ${what}`, found);
        }
      };
      await Promise.all([
        repeat(['ls', '--json', '--archived'], (out, before) => ({ ...findLost(out, before), ...findDamaged(out) })),
        repeat(['ls', '--json', '--limit', '25'], (out) => ({
          ...(idsOf(out).length !== 25 && { short: idsOf(out).length }),
          ...findDamaged(out),
        })),
        repeat(['ls', '--json', '--archived', '--here'], (out) => {
          const elsewhere = rowsOf(out).filter(({ cwd }) => cwd !== home.path);
          return elsewhere.length > 0 ? { elsewhere: elsewhere[0] } : {};
        }),
        repeat(['search', '-q', '--archived', 're'], (out, before) => lostOf(out.split('\n').filter(Boolean), before)),
        repeat(['index', 'rebuild']),
      ]);
      for (const ended of ends) expect(await ended).toEqual([0, null]);
      expect.soft(faults).toEqual({});
      // On a busy machine one run of the slowest may take most of the time.
      for (const count of Object.values(runs)) expect.soft(count).toBeGreaterThan(0);
      expect.soft(await spawn(home, ['index', 'check'])).toEqual({ code: 0, out: '', err: '' });
      const listed = await spawn(home, ['ls', '--json', '--archived']);
      expect(listed).toEqual(await spawn(home, ['ls', '--json', '--archived', '--no-index']));
      expect(new Set(idsOf(listed.out))).toEqual(known);
    },
    seconds * 1000 + 60_000,
  );

  it('make one index, when there is none yet', async () => {
    const home = makeHome();
    for (let number = 1; number <= 300; number++) home.rollout(idOf(number), session(idOf(number), 'at rest'));
    settle(home.path);
    const expected = await spawn(home, ['ls', '--json', '--no-index']);
    const listings = await Promise.all(Array.from({ length: 8 }, () => spawn(home, ['ls', '--json'])));
    for (const listing of listings) expect(listing).toEqual(expected);
    expect(await spawn(home, ['index', 'check'])).toEqual({ code: 0, out: '', err: '' });
  });
});

type Faults = { [what: string]: unknown };

/** Sessions that had a file before the listing began, and are not in it; or are in it twice. */
function findLost(out: string, before: string[]): Faults {
  return lostOf(idsOf(out), before);
}

function lostOf(ids: string[], before: string[]): Faults {
  const listed = new Set(ids);
  const lost = before.filter((id) => !listed.has(id));
  return { ...(lost.length > 0 && { lost }), ...(listed.size < ids.length && { twice: ids.length - listed.size }) };
}

/** No session is ever damaged here, only moved. */
function findDamaged(out: string): Faults {
  const damaged = rowsOf(out).filter(({ damage }) => damage.length > 0);
  return damaged.length > 0 ? { damaged: damaged.map(({ path, damage }) => [path, ...damage]) } : {};
}

function rowsOf(out: string): { thread_id: string; cwd: string; path: string; damage: string[] }[] {
  return out
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

function idsOf(out: string): string[] {
  return rowsOf(out).map(({ thread_id }) => thread_id);
}

/** Hands on each whole line. */
function collect({ stdout }: ChildProcess, onLine: (line: string) => void): void {
  let rest = '';
  stdout?.setEncoding('utf8').on('data', (some: string) => {
    const lines = (rest + some).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  });
}
