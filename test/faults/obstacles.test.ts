import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HostileHome, hostileCharacters, hostileId, hostileName, neighbourId, readHostile } from './hostile-home.ts';

const day = 'sessions/2026/03/10';

let home: HostileHome;
beforeEach(() => {
  home = new HostileHome();
  home.write(`${day}/other`, '');
});
afterEach(() => home.remove());

describe('a symbolic link', () => {
  it('to a folder is not followed, and worth a note', async () => {
    mkdirSync(join(home.path, 'outside'));
    writeFileSync(join(home.path, 'outside', `${hostileName}.jsonl`), readHostile('bad-line.jsonl'));
    symlinkSync(join(home.path, 'outside'), join(home.path, day, 'linked'));
    expect(await check()).toEqual({ listed: [neighbourId], code: 0, findings: ['SYMLINK note'] });
  });

  it('with the name of a rollout is not followed, and an error', async () => {
    const secret = home.write('secret', 'id_ed25519');
    const link = join(home.path, day, `${hostileName}.jsonl`);
    symlinkSync(secret, link);
    expect(await check()).toEqual({ listed: [neighbourId], code: 1, findings: ['SYMLINK error'] });
    const shown = await home.run(['show', link]);
    expect([shown.code, shown.stdout, shown.stderr.includes('symbolic link')]).toEqual([1, '', true]);
    const checked = await home.run(['validate', '--json', link]);
    expect([checked.code, checked.findings]).toEqual([1, ['SYMLINK error']]);
    expect(readFileSync(secret, 'utf8')).toBe('id_ed25519');
  });
});

describe('what is no regular file', () => {
  const path = () => join(home.path, day, `${hostileName}.jsonl`);

  it.each<[string, () => Promise<() => void>]>([
    ['a folder', makeFolder],
    ['a pipe', makePipe],
    ['a socket', openSocket],
  ])('never blocks when it is %s', async (_kind, make) => {
    const close = await make();
    try {
      expect(await check()).toEqual({ listed: [neighbourId], code: 1, findings: ['NOT-REGULAR error'] });
      expect((await home.run(['show', path()])).code).toBe(1);
      const checked = await home.run(['validate', '--json', path()]);
      expect([checked.code, checked.findings]).toEqual([1, ['NOT-REGULAR error']]);
    } finally {
      close();
    }
  });

  it('never blocks when it is a device', async () => {
    const { code, findings } = await home.run(['validate', '--json', '/dev/zero']);
    expect([code, findings]).toEqual([1, ['NOT-REGULAR error']]);
  });

  it('may be where the sessions belong', async () => {
    execFileSync('rm', ['-r', join(home.path, 'sessions')]);
    home.write('sessions', 'not a folder');
    expect(await check()).toEqual({ listed: [], code: 1, findings: ['NOT-REGULAR error'] });
  });

  async function makeFolder(): Promise<() => void> {
    mkdirSync(path());
    return () => {};
  }

  async function makePipe(): Promise<() => void> {
    execFileSync('mkfifo', [path()]);
    return () => {};
  }

  async function openSocket(): Promise<() => void> {
    // The path of a socket is short: it is made where the program does not look for it, and moved.
    const made = join(home.path, 's');
    const server = createServer().listen(made);
    await new Promise((resolve) => server.once('listening', resolve));
    execFileSync('mv', [made, path()]);
    return () => server.close();
  }
});

describe('what cannot be read', () => {
  const isRoot = process.getuid?.() === 0;
  // Nothing is unreadable for root, so the program runs as somebody else.
  const asNobody = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
  const canDrop = canRun([...asNobody, process.execPath, '--version']);

  it.skipIf(!canDrop)('is named, and the rest is delivered', async () => {
    home.add(readHostile('no-eol.jsonl'));
    const secret = home.write(
      `sessions/2026/03/11/rollout-2026-03-11T08-00-00-${hostileId.replace('50', '59')}.jsonl`,
      'x',
    );
    chmodSync(home.path, 0o755);
    chmodSync(join(home.path, day), 0);
    chmodSync(secret, 0);
    const run = (...args: string[]) => home.runThrough(asNobody, args);
    const listed = await run('ls', '--json');
    expect([listed.code, listed.records.map((row) => row.damage)]).toEqual([3, [['UNREADABLE'], []]]);
    expect(listed.stderr).toContain(day);
    const checked = await run('validate', '--json');
    expect(checked.code).toBe(3);
    const unreadable = checked.records.filter(({ rule }) => rule === 'UNREADABLE');
    expect(unreadable.map(({ file }) => file).sort()).toEqual([join(home.path, day), secret].sort());
    // What could not be checked counts, even when it is not asked for.
    const filtered = await run('validate', '--json', '--rule', 'EMPTY');
    expect([filtered.code, filtered.stdout]).toEqual([3, '']);
    expect(filtered.stderr).toMatch(/2 findings say that something could not be checked/);
    chmodSync(join(home.path, day), 0o755);
  });

  function canRun([file = '', ...args]: string[]): boolean {
    try {
      execFileSync(file, args);
      return true;
    } catch {
      return false;
    }
  }
});

describe('the name of a file', () => {
  it.each([
    ['a line feed', 'a\nb'],
    ['an escape sequence', '\x1b[2J\x1b]0;t\x07'],
    ['a turned reading direction', '\u202e\u2066x'],
  ])('may hold %s', async (_what, part) => {
    const path = home.write(`${day}/rollout-${part}-${hostileId}.jsonl`, readHostile('bad-line.jsonl'));
    const { code, records } = await home.run(['validate', '--json']);
    expect([code, records[0].file]).toEqual([1, path]);
    const named = await home.run(['validate', '-q', '-0', path]);
    expect(named.stdout).toBe(`${path}\0`);
    const output = await home.runOnTerminal(
      `cd '${join(home.path, day)}'; sessions validate --no-pager; sessions ls --json; sessions show --no-pager ./*.jsonl; sessions validate --json ./*.jsonl; echo end`,
    );
    expect(output).toMatch(/BAD-JSON[\s\S]*end\s*$/);
    expect(hostileCharacters(output)).toEqual([]);
  });
});

async function check(): Promise<{ listed: string[]; code: number | null; findings: string[] }> {
  const listed = await home.run(['ls', '--json']);
  expect(listed.stderr).not.toMatch(/\n\s+at /);
  const { code, findings } = await home.run(['validate', '--json']);
  const own = findings.filter((finding) => !finding.startsWith('PERMS'));
  return { listed: listed.records.map((row) => row.thread_id), code, findings: own };
}
