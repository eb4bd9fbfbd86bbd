import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ModelServer, startModelServer } from '../support/model-server.ts';
import { worker } from './exec-model.ts';
import { callsIn, type ExecRoom, makeExecRoom } from './exec-runs.ts';
import { badLines, readRun } from './recorder-runs.ts';

const problems: string[] = [];
let server: ModelServer;
beforeAll(async () => {
  server = await startModelServer(worker({ rounds: 4, messageBytes: () => 150_000 }, problems));
});
afterAll(() => server.close());

/** Runs with a disk of 16 MiB of its own, where this user may mount one. */
async function withDisk(skip: (why: string) => void, act: (room: ExecRoom) => Promise<void>): Promise<void> {
  const disk = mkdtempSync('/var/tmp/sessions-disk-');
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'none', disk]);
  if (status !== 0) skip(`no file system can be mounted: ${error?.message ?? stderr}`);
  try {
    const room = makeExecRoom(disk);
    room.configure(server.url);
    await act(room);
  } finally {
    spawnSync('umount', [disk]);
    rmSync(disk, { recursive: true });
  }
}

/** Leaves no more than this of the disk. Returns how to give it back. */
function fill(room: ExecRoom, leave: number): () => void {
  const path = join(room.outside, 'ballast');
  const { stdout } = spawnSync('df', ['--output=avail', '-B1', room.home.path], { encoding: 'utf8' });
  writeFileSync(path, Buffer.alloc(Number(stdout.split('\n')[1]) - leave, 1));
  return () => rmSync(path);
}

it('a run on a disk that becomes full says so, and the session goes on when there is room', async ({ skip }) => {
  await withDisk(skip, async (room) => {
    room.home.write('.sessions/config.toml', 'compress = "never"\n');
    expect((await room.exec(['go first'])).code).toBe(0);
    const { path, lines } = readRun(room.home);
    const free = fill(room, 1_000_000);
    const end = await room.exec(['resume', '--last', 'go on']);
    expect(end.code).toBe(2);
    const saved = `; the last (record is|\\d+ records are) (nowhere else|in /.*/spill-[^\n]*)`;
    expect(end.stderr.split('\n').at(-2)).toMatch(
      new RegExp(`^sessions: ${path}: cannot be written: no space left on device${saved}$`),
    );
    const left = readRun(room.home);
    expect([badLines(left.lines), left.rest]).toEqual([[], '']);
    expect(left.lines.slice(0, lines.length)).toEqual(lines);
    expect(callsIn(left.lines).length).toBeGreaterThan(callsIn(lines).length);
    free();
    const again = await room.exec(['resume', '--last', 'go again']);
    expect(again.code === 0 ? '' : again.stderr).toBe('');
    expect(await room.findings()).toEqual([]);
    expect(problems).toEqual([]);
  });
});

it('a run on a full disk makes nothing', async ({ skip }) => {
  await withDisk(skip, async (room) => {
    const free = fill(room, 0);
    const end = await room.exec(['go']);
    expect(end.code).toBe(2);
    expect(end.stderr.split('\n').at(-2)).toMatch(/^sessions: \/.*: .*no space left on device/);
    expect([readRun(room.home).path, existsSync(join(room.work, 'marks'))]).toEqual(['', false]);
    free();
    expect((await room.exec(['go'])).code).toBe(0);
    expect(room.leftovers()).toEqual([]);
  });
});
