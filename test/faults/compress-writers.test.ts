import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openRollout } from '../../src/store/rollout-file.ts';
import { buildScript } from '../support/built.ts';
import { contentOf, formsOf, id, leftovers, old, runCompress, type Scene, withSession } from './compress-rig.ts';
import { isFull } from './recorder-runs.ts';

describe('somebody who writes meanwhile', { timeout: 600_000 }, () => {
  it('under the lock, as Codex does, loses nothing, and each finds the form that the other one left', async () => {
    const script = await buildScript('compressing-run');
    const writer = await buildScript('locking-writer');
    await withSession(script, 'plain', async (scene) => {
      const seconds = isFull ? 60 : 6;
      const [path = ''] = scene.plain.slice(-1);
      const writing = spawn(process.execPath, [writer, scene.home.path, id, path, String(seconds)]);
      const said = collect(writing.stdout);
      const results: Record<string, number> = {};
      let hasEnded = false;
      const end = once(writing, 'close').then(([code]) => {
        hasEnded = true;
        return code;
      });
      while (!hasEnded) {
        const { code, row, stderr } = await runCompress(scene, Math.random() < 0.5 ? 'compress' : 'seekable');
        expect([code, stderr]).toEqual([0, '']);
        const key = [row.result, ...row.reasons.map((reason: { code: string }) => reason.code)].join(' ');
        results[key] = (results[key] ?? 0) + 1;
      }
      expect(await end).toBe(0);
      const acknowledged = (await said).toString().split('\n').filter(Boolean);
      const lines = (await textOf(scene)).split('\n').filter((line) => line.startsWith('{"n":'));
      expect(lines).toEqual(acknowledged);
      expect(leftovers(scene)).toEqual([]);
      process.stdout.write(`${acknowledged.length} lines, ${JSON.stringify(results)}\n`);
      // Otherwise they never met, and nothing was shown.
      expect(results.done).toBeGreaterThan(0);
      expect(acknowledged.length).toBeGreaterThan(20);
    });
  });

  it('without a lock, as an old Codex does, is left alone', async () => {
    const script = await buildScript('compressing-run');
    await withSession(script, 'plain', async (scene) => {
      const [path = ''] = scene.plain;
      const line = '{"more":1}';
      const command = `exec 3>>'${path}'; echo open; while :; do echo '${line}' >&3; touch -d @${old.getTime() / 1000} '${path}' 2>/dev/null; done`;
      const writing = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'inherit'] });
      try {
        await once(writing.stdout, 'data');
        for (let round = 0; round < 5; round++) {
          const { code, row } = await runCompress(scene, 'compress');
          expect([code, row.result, row.reasons[0].code]).toEqual([0, 'kept', 'live']);
        }
      } finally {
        writing.kill();
      }
      expect(formsOf(scene)).toEqual(['plain', 'plain']);
    });
  });
});

describe('a large session', { timeout: 1_800_000 }, () => {
  const bytes = isFull ? 1e9 : 150e6;

  it(`of ${bytes / 1e6} MB takes no more than 256 MiB of memory`, async () => {
    const script = await buildScript('compressing-run');
    await withSession(script, 'plain', async (scene) => {
      const [path = ''] = scene.plain.slice(-1);
      const piece = readFileSync(path);
      const part = Buffer.concat(Array.from({ length: 200 }, () => piece));
      for (let length = piece.length; length < bytes; length += part.length) writeFileSync(path, part, { flag: 'a' });
      utimesSync(path, old, old);
      const before = await contentOf(scene);
      for (const [how, level] of [
        ['compress', 3],
        ['decompress', 3],
        ['seekable', 3],
        ['recompress', isFull ? 19 : 12],
      ] as const) {
        const { code, row, memory, stderr } = await runCompress(scene, how, [], level);
        expect([how, code, row?.result, stderr]).toEqual([how, 0, 'done', '']);
        process.stdout.write(`${how} at level ${level}: ${Math.round(memory / 1024)} MiB\n`);
        expect(memory / 1024).toBeLessThan(256);
        expect(await contentOf(scene)).toEqual(before);
      }
    });
  });
});

async function textOf({ plain }: Scene): Promise<string> {
  const [path = ''] = plain.slice(-1);
  const rollout = await openRollout(existsSync(path) ? path : `${path}.zst`);
  try {
    return (await collect(rollout.blocks())).toString();
  } finally {
    await rollout.close();
  }
}

async function collect(blocks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const block of blocks) all.push(Buffer.from(block));
  return Buffer.concat(all);
}
