import {
  appendFileSync,
  chownSync,
  existsSync,
  linkSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { homeAt } from '../../src/store/home.ts';
import { tryLockFile } from '../../src/store/lock-file.ts';
import { appendPrompt, removePrompts } from '../../src/store/prompt-history.ts';
import { idOf, makeHome, type TestHome } from '../builders.ts';

const line = (id: string, text: string) => `${JSON.stringify({ session_id: id, ts: 1, text })}\n`;
const broken = `not json ${idOf(1)}\n`;
const wait = { clock: systemClock, ms: 200 };
let home: TestHome;
let path: string;

beforeEach(() => {
  home = makeHome();
  path = home.write(
    'history.jsonl',
    [line(idOf(1), 'a'), line(idOf(2), `about ${idOf(1)}`), broken, line(idOf(1), 'b')].join(''),
  );
});

describe('what was typed in a session', () => {
  it('goes, every other byte stays, and so does the mode of the file', async () => {
    const { mode } = statSync(path);
    expect(await removePrompts(homeAt(home.path), (id) => id === idOf(1), wait)).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe(line(idOf(2), `about ${idOf(1)}`) + broken);
    expect(statSync(path).mode).toBe(mode);
    expect(readdirSync(join(home.path, '.sessions/tmp'))).toEqual([]);
  });

  it('is nothing in a home without it, or of another session: the file stays as it is', async () => {
    const before = statSync(path, { bigint: true });
    expect(await removePrompts(homeAt(home.path), (id) => id === idOf(3), wait)).toBe(false);
    expect(statSync(path, { bigint: true })).toMatchObject({ ino: before.ino, mtimeNs: before.mtimeNs });
    expect(await removePrompts(homeAt(makeHome().path), () => true, wait)).toBe(false);
  });

  it('stays while somebody has the lock', async () => {
    const before = readFileSync(path);
    const lock = tryLockFile(path);
    await expect(removePrompts(homeAt(home.path), () => true, wait)).rejects.toMatchObject({ kind: 'busy' });
    lock?.release();
    expect(readFileSync(path)).toEqual(before);
  });

  it('goes without the line that somebody writes to the file that was replaced', async () => {
    const aside = join(home.path, 'aside');
    let slept = 0;
    const clock = {
      ...systemClock,
      sleep: async () => {
        // As a Codex that opened the file before: it knows the old one by its descriptor.
        if (slept++ === 0) appendFileSync(aside, line(idOf(2), 'late'));
      },
    };
    linkSync(path, aside);
    expect(await removePrompts(homeAt(home.path), (id) => id === idOf(1), { clock })).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe(line(idOf(2), `about ${idOf(1)}`) + broken + line(idOf(2), 'late'));
  });

  it('goes without that line also when somebody stops the command meanwhile', async () => {
    const aside = join(home.path, 'aside');
    const stop = new AbortController();
    const clock = {
      ...systemClock,
      sleep: async () => {
        if (!stop.signal.aborted) appendFileSync(aside, line(idOf(2), 'late'));
        stop.abort();
      },
    };
    linkSync(path, aside);
    const wait = { clock, signal: stop.signal };
    expect(await removePrompts(homeAt(home.path), (id) => id === idOf(1), wait)).toBe(true);
    expect(readFileSync(path, 'utf8')).toContain('late');
  });

  it.skipIf(process.getuid?.() !== 0)('goes by root without taking the file from its owner', async () => {
    chownSync(path, 1234, 1235);
    expect(await removePrompts(homeAt(home.path), (id) => id === idOf(1), wait)).toBe(true);
    expect(statSync(path)).toMatchObject({ uid: 1234, gid: 1235 });
  });

  it('stays when somebody replaces the file meanwhile', async () => {
    const other = home.write('other', 'x\n');
    const act = removePrompts(
      homeAt(home.path),
      (id) => {
        if (existsSync(other)) renameSync(other, path);
        return id === idOf(1);
      },
      wait,
    );
    await expect(act).rejects.toMatchObject({ kind: 'busy' });
    expect(readFileSync(path, 'utf8')).toBe('x\n');
  });
});

describe('the prompt history', () => {
  it('stays within its limit by its oldest lines, in the same file, and keeps the new one whatever it takes', async () => {
    const { ino } = statSync(path);
    const add = (text: string, most: number | null) =>
      appendPrompt(homeAt(home.path), { threadId: idOf(3), text, at: 1000 }, most, wait);
    const before = readFileSync(path, 'utf8');
    await add('c', null);
    expect(readFileSync(path, 'utf8')).toBe(before + line(idOf(3), 'c'));
    const length = line(idOf(3), 'c').length;
    await add('d', 4 * length);
    expect(readFileSync(path, 'utf8')).toBe([line(idOf(1), 'b'), line(idOf(3), 'c'), line(idOf(3), 'd')].join(''));
    await add('e', 1);
    await add('f', 1);
    expect(readFileSync(path, 'utf8')).toBe(line(idOf(3), 'f'));
    expect(statSync(path)).toMatchObject({ ino, size: length });
  });

  it('is made for its owner alone', async () => {
    const fresh = makeHome();
    await appendPrompt(homeAt(fresh.path), { threadId: idOf(1), text: 'a', at: 1000 }, 1, wait);
    expect(statSync(join(fresh.path, 'history.jsonl')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(fresh.path, 'history.jsonl'), 'utf8')).toBe(line(idOf(1), 'a'));
  });
});
