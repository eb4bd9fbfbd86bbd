import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { homeAt } from '../../src/store/home.ts';
import { verifyJournal } from '../../src/store/journal-read.ts';
import { idOf } from '../builders.ts';
import { findCallPoints, killAt, sampleOf } from '../support/kill-points.ts';
import { PurgedHome } from '../support/purged-home.ts';
import { createRandom } from '../support/random.ts';
import { program, runProgram } from '../support/run-program.ts';
import { canTrace } from '../support/strace.ts';
import { isFull } from './recorder-runs.ts';

const seed = Number(process.env.SESSIONS_SEED ?? 1 + (process.pid % 10_000));

describe.skipIf(!canTrace)(`a purge that is killed (seed ${seed})`, { timeout: 3_600_000 }, () => {
  it('has a signed receipt after the next run, wherever it was', async () => {
    const purged = new PurgedHome();
    expect(await purged.run('prune', idOf(1), '--no-purge')).toMatchObject({ code: 0 });
    const original = purged.home.path;
    const purge = ['prune', '--purge', '--grace', '0', '--yes'];
    const command = (home: string) => [
      ...['env', `CODEX_HOME=${home}`, `HOME=${purged.outside}`, process.execPath, program, ...purge],
    ];
    const counted = copyOf(original);
    const points = await findCallPoints(command(counted), counted);
    rmSync(counted, { recursive: true });
    // The receipt, its line in the journal and its signature are the last links; what comes before is tested elsewhere.
    const late = points.filter(({ call, nth }) => isLate(points, call, nth));
    const random = createRandom(seed);
    const chosen = sampleOf(late, isFull ? late.length : 10, random);
    const seen = new Set<string>();
    for (const point of chosen) {
      const home = copyOf(original);
      const where = `${point.call} ${point.nth}, seed ${seed}`;
      try {
        await killAt(point, command(home));
        seen.add(readdirSync(join(home, '.sessions')).includes('receipts') ? names(home).join(' ') : '');
        const env = { CODEX_HOME: home, HOME: purged.outside };
        const next = await runProgram(purge, { env });
        // It says so where the run that was killed had made the receipt; nothing else is to be said of one.
        const other = next.stderr.replace(/^sessions: signed the receipt of .*; not made by this run\n/m, '');
        expect([where, next.code, other]).toEqual([where, 0, expect.not.stringContaining('receipt')]);
        expect([where, verifyJournal(homeAt(home)).ok]).toEqual([where, true]);
        expect([where, names(home).map((name) => name.slice(36))]).toEqual([where, ['.json', '.json.sig']]);
        const [receipt, signature] = names(home).map((name) => join(home, '.sessions/receipts', name)) as [
          string,
          string,
        ];
        const args = ['-Y', 'check-novalidate', '-n', 'sessions-receipt', '-s', signature];
        execFileSync('ssh-keygen', args, { input: readFileSync(receipt), stdio: 'pipe' });
        const { stdout } = await runProgram(['verify', '--json'], { env });
        const results = stdout
          .toString()
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
        expect(results.filter(({ subject }) => subject === 'receipt')).toMatchObject([{ status: 'VERIFIED' }]);
      } finally {
        rmSync(home, { recursive: true });
      }
    }
    process.stdout.write(`${chosen.length} of ${late.length} calls, ${seen.size} states of the receipts\n`);
    expect(seen.size).toBeGreaterThan(1);
  });
});

/** The last calls of each name: enough of them to reach from before the receipt to the end. */
function isLate(points: readonly { call: string; nth: number }[], call: string, nth: number): boolean {
  const of = points.filter((point) => point.call === call);
  return of.filter((point) => point.nth > nth).length < 6;
}

function names(home: string): string[] {
  return readdirSync(join(home, '.sessions/receipts')).sort();
}

function copyOf(from: string): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'sessions-kill-')));
  cpSync(from, path, { recursive: true, preserveTimestamps: true });
  return path;
}
