import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { envelope, idOf, jsonl, makeFolder, makeHome, record, turn } from '../builders.ts';
import { queryParquet } from '../support/duckdb.ts';
import { runHere } from '../support/run-here.ts';

const home = makeHome();
const [one, two] = [idOf(1), idOf(2)];
home.rollout(one, envelope(record.meta(one), ...turn('first')));
home.rollout(two, `${jsonl(envelope(record.meta(two), ...turn('second')))}garbage\n`);
const folder = makeFolder();

describe('a dataset', () => {
  it('is a folder that appears when it is whole, for its owner alone', async () => {
    const path = join(folder, 'whole');
    const { code, out } = await exported(['-o', path, one, two]);
    expect([code, out.length, existsSync(`${path}.partial`)]).toEqual([3, 0, false]);
    expect(readdirSync(path).sort()).toEqual(['_losses.jsonl', '_manifest.jsonl', 'events', 'sessions']);
    expect(readdirSync(join(path, 'events'))).toEqual(['date=2026-01-02', 'date=__HIVE_DEFAULT_PARTITION__']);
    const manifest = readFileSync(join(path, '_manifest.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(manifest.map(({ kind }) => kind).filter((kind) => kind !== 'file')).toEqual([
      'export',
      'session',
      'session',
      'end',
    ]);
    const listed = manifest.filter(({ kind }) => kind === 'file');
    const files = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(join(path, name)).isFile(),
    );
    expect([...listed.map(({ file }) => file), '_manifest.jsonl'].sort()).toEqual(files.sort());
    for (const { file, bytes, sha256 } of listed) {
      const content = readFileSync(join(path, file));
      expect([file, bytes, sha256]).toEqual([file, content.length, createHash('sha256').update(content).digest('hex')]);
    }
    for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' })) {
      expect([name, statSync(join(path, name)).mode & 0o077]).toEqual([name, 0]);
    }
    const undated = await queryParquet(
      `SELECT kind, date FROM read_parquet('${path}/events/**/*.parquet', hive_partitioning = true) WHERE date IS NULL`,
    );
    expect(undated).toEqual([{ kind: 'Unknown', date: null }]);
    const lost = await queryParquet(
      `SELECT lost FROM read_parquet('${path}/sessions/**/*.parquet') ORDER BY thread_id`,
    );
    expect(lost.map((row) => Number(row.lost))).toEqual([0, 1]);
  });

  it('needs a folder, and replaces only one that an export has made', async () => {
    expect(await exported([one])).toMatchObject({ code: 2, err: expect.stringContaining('add -o FOLDER') });
    const path = join(folder, 'again');
    expect((await exported(['-o', path, one])).code).toBe(0);
    expect((await exported(['-o', path, two])).code).toBe(2);
    expect((await exported(['--force', '-o', path, two])).code).toBe(3);
    const rows = await queryParquet(`SELECT DISTINCT thread_id FROM read_parquet('${path}/events/**/*.parquet')`);
    expect(rows).toEqual([{ thread_id: two }]);
    const other = join(folder, 'other');
    mkdirSync(other);
    // The usual name of a manifest, of somebody else.
    for (const name of ['data.bin', '_manifest.jsonl']) writeFileSync(join(other, name), '{}');
    expect((await exported(['--force', '-o', other, one])).code).toBe(2);
    expect(readdirSync(other).sort()).toEqual(['_manifest.jsonl', 'data.bin']);
    writeFileSync(join(path, 'events/mine'), '');
    const refused = await exported(['--force', '-o', path, one]);
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('what its manifest does not name')]);
    expect(existsSync(join(path, 'events/mine'))).toBe(true);
  });

  it('that cannot be finished does not look like one', async () => {
    const path = join(folder, 'stopped');
    const big = Array.from({ length: 40 }, () => record.userEvent('x'.repeat(500_000)));
    const file = home.write('big.jsonl', jsonl(envelope(record.meta(idOf(3)), ...big)));
    const { MemoryIo } = await import('../support/memory-io.ts');
    const { Stopped } = await import('../../src/base/abort.ts');
    const { runCommandLine } = await import('../../src/commands/frame/run-command-line.ts');
    const { commands } = await import('../../src/commands/registry.ts');
    const io = new MemoryIo();
    const running = runCommandLine(['export', '--format', 'parquet', '-o', path, file], commands, io);
    while (!existsSync(join(`${path}.partial`, 'events'))) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    io.stop.abort(new Stopped('SIGTERM'));
    expect(await running).toBe(143);
    expect([existsSync(path), existsSync(`${path}.partial`)]).toEqual([false, false]);
  });

  it('leaves secrets out with --redact', async () => {
    const secret = `ghp_${'aB3dE5gH7jK9mN1pQ3sT5vX7zA2cE4gI6kM8'}`;
    const file = home.write('secret.jsonl', jsonl(envelope(record.meta(idOf(9)), ...turn(`token ${secret}`))));
    const count = async (...more: string[]) => {
      const path = join(folder, `secret${more.length}`);
      expect((await exported(['-o', path, ...more, file])).code).toBe(0);
      const text = `event || coalesce(text, '')`;
      const found = `SELECT count(*) AS n FROM read_parquet('${path}/events/**/*.parquet') WHERE contains(${text}, '${secret}')`;
      const first = `SELECT count(*) AS n FROM read_parquet('${path}/sessions/**/*.parquet') WHERE contains(first_message, '${secret}')`;
      return [Number((await queryParquet(found))[0]?.n) > 0, Number((await queryParquet(first))[0]?.n)];
    };
    expect(await count()).toEqual([true, 1]);
    expect(await count('--redact')).toEqual([false, 0]);
  });
});

function exported(argv: string[]) {
  return runHere(['export', '-q', '--format', 'parquet', ...argv], { env: { CODEX_HOME: home.path } });
}
