import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, lstatSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { homeAt } from '../../src/store/home.ts';
import { verifyJournal } from '../../src/store/journal-read.ts';
import { envelope, idOf, record, TestHome, turn } from '../builders.ts';
import { buildScript } from '../support/built.ts';
import { pruneHere, recoverHere, restoreHere } from '../support/keep-here.ts';
import { contentOf, leftovers, rolloutsIn } from './keep-homes.ts';

let script: string;
beforeAll(async () => {
  script = await buildScript('swapping-run');
});

const swaps = 10_000;
const sessions = Array.from({ length: 6 }, (_, index) => idOf(index + 1));

describe.skipIf(platform() !== 'linux')('a home in which links come and go', { timeout: 600_000 }, () => {
  it(`is left by nothing that is done in it, in ${swaps} swaps`, async () => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'sessions-links-')));
    try {
      const home = new TestHome(join(root, 'home'));
      for (const id of sessions) home.rollout(id, envelope(record.meta(id), ...turn(`of ${id}`)));
      const folder = join(home.path, 'sessions/2026/01/02');
      const outside = join(root, 'outside');
      cpSync(folder, outside, { recursive: true, preserveTimestamps: true });
      const before = contentOf(home.path);
      const untouched = lookAt(outside);
      const args = [script, folder, outside, join(root, 'aside'), String(swaps)];
      const swapper = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      let said = '';
      swapper.stdout.on('data', (chunk) => {
        said += chunk;
      });
      let hasEnded = false;
      const ended = once(swapper, 'close').then(() => {
        hasEnded = true;
      });
      const tally: { [outcome: string]: number } = {};
      const count = (outcome: string) => {
        tally[outcome] = (tally[outcome] ?? 0) + 1;
      };
      while (!hasEnded) {
        for (const act of [
          () =>
            pruneHere(
              home.path,
              sessions.map((id) => [id]),
            ),
          () => restoreHere(home.path, 'all'),
        ]) {
          try {
            const done = await act();
            for (const { result } of Array.isArray(done) ? done : done.results) count(result);
          } catch (error) {
            // It refuses, or the folder is not there in that moment.
            count(
              (error as { kind?: string; code?: string }).kind ?? (error as { code?: string }).code ?? String(error),
            );
          }
          expect(lookAt(outside)).toEqual(untouched);
        }
      }
      await ended;
      expect(Number(said)).toBeGreaterThanOrEqual(swaps);
      await recoverHere(home.path);
      await restoreHere(home.path, 'all');
      expect([...contentOf(home.path)]).toEqual([...before]);
      expect(rolloutsIn(home.path)).toHaveLength(sessions.length);
      expect(leftovers(home.path)).toEqual([]);
      expect(verifyJournal(homeAt(home.path))).toMatchObject({ ok: true });
      process.stdout.write(`${said.trim()} swaps: ${JSON.stringify(tally)}\n`);
      expect(tally.trashed).toBeGreaterThan(0);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });

  it('is not worked on where our own folder, the trash or the sessions are reached through a link', async () => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'sessions-links-')));
    try {
      for (const linked of ['.sessions', '.sessions/trash', '.sessions/journal.jsonl', 'sessions']) {
        const home = new TestHome(join(root, linked.replaceAll('/', '-')));
        const other = new TestHome(join(root, `${linked.replaceAll('/', '-')}-outside`));
        const of = linked === 'sessions' ? other : home;
        of.rollout(idOf(1), envelope(record.meta(idOf(1)), ...turn('one')));
        home.write('config.toml', '');
        other.write('marker', 'x');
        if (linked.includes('/')) home.write('.sessions/begun-here', '');
        symlinkSync(
          join(
            other.path,
            linked === 'sessions' ? 'sessions' : 'marker',
            '..',
            linked === 'sessions' ? 'sessions' : '',
          ),
          join(home.path, linked),
        );
        const untouched = lookAt(other.path);
        const outcome = await pruneHere(home.path, [[idOf(1)]]).then(
          ({ results }) => results.map(({ result }) => result).join(),
          (error) => error.kind,
        );
        expect([linked, outcome]).toEqual([linked, 'refused']);
        expect([linked, lookAt(other.path)]).toEqual([linked, untouched]);
      }
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});

/** Everything that can be told of a folder and what is in it, but for times of reading. */
function lookAt(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const { ino, mtimeNs, ctimeNs, mode, nlink, size } = lstatSync(join(folder, name), { bigint: true });
      const isFile = lstatSync(join(folder, name)).isFile();
      return [
        name,
        ino,
        mtimeNs,
        ctimeNs,
        mode,
        nlink,
        size,
        isFile ? readFileSync(join(folder, name), 'utf8') : '',
      ].join(' ');
    });
}
