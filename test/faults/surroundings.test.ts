import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Rollout, rolloutPath, uuid7 } from '../../scripts/fixtures/rollout.mjs';
import { HostileHome, hostileId, neighbourId, readHostile } from './hostile-home.ts';

let home: HostileHome;
beforeEach(() => {
  home = new HostileHome();
});
afterEach(() => home.remove());

describe('a torn tail', () => {
  it('is in progress while a process holds the lock of the session', async () => {
    home.add(readHostile('torn-tail.jsonl'));
    const lock = home.write(`thread-writer-locks/${hostileId}.lock`, '');
    const free = await home.run(['validate', '--json', hostileId]);
    expect([free.code, free.findings]).toEqual([1, ['TORN-TAIL error']]);
    const holder = spawn('flock', ['--no-fork', lock, 'sh', '-c', 'echo held; exec cat'], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    try {
      await once(holder.stdout, 'data');
      const held = await home.run(['validate', '--json', hostileId]);
      expect([held.code, held.findings]).toEqual([0, ['TORN-TAIL note']]);
      expect(held.records[0].message).toMatch(/\d+ bytes at offset \d+: in progress/);
    } finally {
      holder.stdin.end();
      await once(holder, 'close');
    }
  });
});

describe('permissions', () => {
  it('are no fault of a home that is closed', async () => {
    chmodSync(home.path, 0o700);
    expect((await home.run(['validate', '--json'])).stdout).toBe('');
  });

  it('are a note where others can enter the home and read', async () => {
    chmodSync(home.path, 0o755);
    const { code, records } = await home.run(['validate', '--json']);
    expect([code, records]).toMatchObject([0, [{ rule: 'PERMS', severity: 'note', file: home.path, thread_id: null }]]);
    expect(records[0].message).toMatch(/mode 0755.* 1 of its 1 rollouts/);
  });

  it('are an error for each file and folder with --perms', async () => {
    chmodSync(home.path, 0o750);
    chmodSync(join(home.path, 'sessions'), 0o700);
    const rollout = rolloutPath('2025-09-12T14:03:10.000Z', neighbourId);
    chmodSync(join(home.path, rollout), 0o640);
    const { code, records } = await home.run(['validate', '--json', '--perms']);
    expect(code).toBe(1);
    expect(records.map(({ rule, severity, file }) => [rule, severity, file])).toEqual([
      ['PERMS', 'error', join(home.path, rollout)],
      ['PERMS', 'error', home.path],
    ]);
    chmodSync(home.path, 0o700);
    chmodSync(join(home.path, rollout), 0o600);
    const closed = await home.run(['validate', '--json', '--perms']);
    expect([closed.code, closed.stdout]).toEqual([0, '']);
  });
});

describe("Codex's own database", () => {
  it.each([
    ['garbage', 'this is no database'.repeat(100)],
    ['empty', ''],
    ['cut off', 'SQLite format 3\0'],
  ])('that is %s is passed over', async (_what, content) => {
    home.write('state_5.sqlite', content);
    const listed = await home.run(['ls', '--json']);
    expect([listed.code, listed.records.map((row) => row.thread_id)]).toEqual([0, [neighbourId]]);
    expect(listed.stderr.split('\n').length).toBeLessThanOrEqual(2);
    expect((await home.run(['show', '--json', neighbourId])).code).toBe(0);
    expect((await home.run(['validate', '--json', '--severity', 'error'])).code).toBe(0);
  });

  it('may have a write-ahead log without a database', async () => {
    home.write('state_5.sqlite-wal', Buffer.alloc(4096));
    const { code, records } = await home.run(['ls', '--json']);
    expect([code, records.length]).toEqual([0, 1]);
  });
});

describe('CODEX_HOME', () => {
  it.each([
    ['missing', '/no/such/home'],
    ['a file', '/etc/hostname'],
  ])('is refused when it is %s', async (_what, path) => {
    for (const command of ['ls', 'validate']) {
      const { code, stdout, stderr } = await home.run([command], { env: { CODEX_HOME: path } });
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(new RegExp(`^sessions: ${path}: .*\\nhint: CODEX_HOME`));
    }
  });

  it('is ~/.codex when it is not set', async () => {
    symlinkSync(home.path, join(home.path, '.codex'));
    const { code, records } = await home.run(['ls', '--json'], { env: { CODEX_HOME: '', HOME: home.path } });
    expect([code, records.length]).toEqual([0, 1]);
  });

  it.each([
    ['relative', 'inner'],
    ['a symbolic link', 'link'],
    ['with spaces and a line feed', 'in ner\nhome'],
  ])('may be %s; paths are absolute and whole', async (_what, name) => {
    const inner = join(home.path, name === 'link' ? 'real' : name);
    mkdirSync(inner);
    if (name === 'link') symlinkSync(inner, join(home.path, 'link'));
    mkdirSync(join(inner, 'sessions'));
    writeFileSync(join(inner, 'sessions', `rollout-x-${hostileId}.jsonl`), readHostile('bad-line.jsonl'));
    const path = join(inner, 'sessions', `rollout-x-${hostileId}.jsonl`);
    const env = { CODEX_HOME: name === 'inner' ? name : join(home.path, name) };
    const listed = await home.run(['ls', '--json'], { env, cwd: home.path });
    expect(listed.records.map((row) => row.path)).toEqual([path]);
    const checked = await home.run(['validate', '--json', '--severity', 'error'], { env, cwd: home.path });
    expect([checked.code, checked.records.map(({ file }) => file)]).toEqual([1, [path]]);
  });
});

describe('the order of sessions', () => {
  it('goes by the instant, in every time zone', async () => {
    // Two o'clock comes twice that night: both names say the same, and the folder of one is of another day.
    const earlier = '2026-10-25T00:30:00.000Z';
    const later = '2026-10-25T01:30:00.000Z';
    for (const [time, path] of [
      [earlier, 'sessions/2026/10/25'],
      [later, 'sessions/2026/10/24'],
    ] as const) {
      const id = uuid7(time, 80);
      const rollout = new Rollout('envelope', time).add('session_meta', {
        id,
        timestamp: time,
        cwd: '/',
        originator: 'o',
        cli_version: '0',
      });
      home.write(
        `${path}/rollout-2026-10-25T02-30-00-${id}.jsonl`,
        rollout.event('user_message', { message: 'x' }).bytes,
      );
    }
    const outputs: string[] = [];
    for (const TZ of ['UTC', 'Europe/Berlin', 'Pacific/Auckland']) {
      const { stdout, records } = await home.run(['ls', '--json'], { env: { TZ } });
      expect(records.map((row) => row.thread_id).slice(0, 2)).toEqual([uuid7(later, 80), uuid7(earlier, 80)]);
      outputs.push(stdout);
    }
    expect(new Set(outputs).size).toBe(1);
  });
});

describe('a home without sessions', () => {
  it('is empty, and sound', async () => {
    const empty = join(home.path, 'empty');
    mkdirSync(empty);
    for (const command of ['ls', 'validate']) {
      const outcome = await home.run([command, '--json'], { env: { CODEX_HOME: empty } });
      expect([outcome.code, outcome.stdout, outcome.stderr]).toEqual([0, '', '']);
    }
    const output = await home.runOnTerminal(
      `CODEX_HOME='${empty}' sessions validate --no-pager; sessions validate --severity error --no-pager`,
    );
    // Without the progress of a slow run.
    const said = output.replace(/\r\x1b\[K[^\r\n]*/g, '');
    expect(said).toBe('0 sessions, no findings\r\n1 session, no findings\r\n');
  });
});
