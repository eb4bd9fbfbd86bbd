import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { homeAt } from '../../src/store/home.ts';
import { verifyJournal } from '../../src/store/journal-read.ts';
import { envelope, idOf, record, TestHome, turn } from '../builders.ts';
import { buildScript } from '../support/built.ts';
import { recoverHere, restoreHere } from '../support/keep-here.ts';
import { finish } from '../support/run-program.ts';
import { contentOf, leftovers } from './keep-homes.ts';
import { isFull } from './recorder-runs.ts';

let script: string;
beforeAll(async () => {
  script = await buildScript('racing-run');
});

const rounds = isFull ? 200 : 12;
const sessions = Array.from({ length: 6 }, (_, index) => idOf(index + 1));

describe('four writers, two pruners and four readers', { timeout: 3_600_000 }, () => {
  it(`lose no line that was acknowledged, in ${rounds} rounds`, async () => {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'sessions-race-')));
    const home = new TestHome(join(root, 'home'));
    for (const id of sessions) home.rollout(id, envelope(record.meta(id), ...turn('begins')));
    const roles = [...'wwwwpprrrr'];
    try {
      const start = (role: string, number: number) =>
        finish(spawn(process.execPath, [script, home.path, role, String(number), String(rounds), sessions.join(',')]));
      const ends = await Promise.all(roles.map(start));
      expect(ends.map(({ code, stderr }) => [code, stderr])).toEqual(ends.map(() => [0, '']));
      const said = ends.flatMap(({ stdout }) => stdout.toString().split('\n').slice(0, -1));
      await recoverHere(home.path);
      await restoreHere(home.path, 'all');
      const texts = [...contentOf(home.path).values()].map((value) =>
        Buffer.from(value.split(' ')[1] as string, 'base64').toString(),
      );
      const lines = new Set(texts.flatMap((text) => text.split('\n')));
      const acknowledged = said.filter((line) => line.startsWith('{'));
      expect(acknowledged.filter((line) => !lines.has(line))).toEqual([]);
      expect(texts).toHaveLength(sessions.length);
      expect(leftovers(home.path)).toEqual([]);
      expect(verifyJournal(homeAt(home.path))).toMatchObject({ ok: true });
      const tally: { [word: string]: number } = {};
      for (const word of said) if (!word.startsWith('{')) tally[word] = (tally[word] ?? 0) + 1;
      process.stdout.write(`${acknowledged.length} lines acknowledged, ${JSON.stringify(tally)}\n`);
      // Otherwise they never met.
      expect(tally.trashed).toBeGreaterThan(rounds / 2);
      expect(tally.restored).toBeGreaterThan(0);
      expect(acknowledged.length).toBeGreaterThan(rounds);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });
});
