import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { homeAt } from '../../src/store/home.ts';
import { readNameIndex } from '../../src/store/name-index.ts';
import { editNameIndex, type NameIndexEdit } from '../../src/store/name-index-edit.ts';
import { idOf, makeHome, type TestHome } from '../builders.ts';
import { holdLock, killHolder } from '../support/lock-holder.ts';

const time = '2026-01-02T03:04:05.000Z';

describe('a change of the name index', () => {
  it('appends a line like those of Codex, and makes the file private', async () => {
    const home = makeHome();
    await edit(home, (index) => index.append(idOf(1), 'naïve "name" 🚀', time));
    await edit(home, (index) => index.append(idOf(2), 'other', time));
    expect(text(home)).toBe(
      `{"id":"${idOf(1)}","thread_name":"naïve \\"name\\" 🚀","updated_at":"${time}"}\n` +
        `{"id":"${idOf(2)}","thread_name":"other","updated_at":"${time}"}\n`,
    );
    expect(statSync(join(home.path, 'session_index.jsonl')).mode & 0o777).toBe(0o600);
  });

  it('closes a torn last line and leaves it', async () => {
    const home = makeHome();
    home.write('session_index.jsonl', '{"id":"torn');
    await edit(home, (index) => index.append(idOf(1), 'x', time));
    expect(text(home)).toMatch(/^\{"id":"torn\n\{"id":.*\}\n$/);
    expect((await readNameIndex(homeAt(home.path))).get(idOf(1))).toBe('x');
  });

  it('removes the lines of one thread and keeps every other byte and the mode', async () => {
    const home = makeHome();
    const others = ['garbage \xff', '', `{"id":"${idOf(2)}","thread_name":"two"}\r`, '{"id":"torn'];
    const own = `{"thread_name":"x", "id":"${idOf(1).toUpperCase()}"}`;
    const lines = (all: (string | undefined)[]) => Buffer.from(all.join('\n'), 'latin1');
    const path = home.write('session_index.jsonl', lines([own, others[0], others[1], own, others[2], others[3]]));
    chmodSync(path, 0o640);
    await edit(home, (index) => index.remove(idOf(1)));
    expect(readFileSync(path).equals(lines(others))).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(join(home.path, '.sessions/tmp'))).toEqual([]);
  });

  it('touches nothing when there is no line to remove', async () => {
    const home = makeHome();
    await edit(home, (index) => index.remove(idOf(1)));
    expect(existsSync(join(home.path, 'session_index.jsonl'))).toBe(false);
    home.names({ [idOf(2)]: 'two' });
    const { ino } = statSync(join(home.path, 'session_index.jsonl'));
    await edit(home, (index) => index.remove(idOf(1)));
    expect(statSync(join(home.path, 'session_index.jsonl')).ino).toBe(ino);
  });

  it('waits for the lock of Codex, and is busy when that is held for too long', async () => {
    const home = makeHome();
    const holder = await holdLock(home.write('session_index.jsonl.lock', ''));
    const editing = editNameIndex(homeAt(home.path), { clock: systemClock, ms: 50 });
    await expect(editing).rejects.toMatchObject({ kind: 'busy', exit: 5, message: /holds the lock/ });
    await killHolder(holder);
    await edit(home, (index) => index.append(idOf(1), 'x', time));
    expect(existsSync(join(home.path, 'session_index.jsonl.lock'))).toBe(true);
  });

  it('is refused on what is no regular file, without waiting for anybody', async () => {
    const linked = makeHome();
    const target = linked.write('target', 'secret');
    symlinkSync(target, join(linked.path, 'session_index.jsonl'));
    const append = (index: NameIndexEdit) => index.append(idOf(1), 'x', time);
    await expect(edit(linked, append)).rejects.toMatchObject({ kind: 'trouble' });
    await expect(edit(linked, (index) => index.remove(idOf(1)))).rejects.toMatchObject({ kind: 'trouble' });
    expect(readFileSync(target, 'utf8')).toBe('secret');
    const piped = makeHome();
    execFileSync('mkfifo', [join(piped.path, 'session_index.jsonl')]);
    await expect(edit(piped, append)).rejects.toMatchObject({ kind: 'trouble' });
  });

  it('loses no line when several append at once', async () => {
    const home = makeHome();
    writeFileSync(join(home.path, 'session_index.jsonl'), '');
    const numbers = Array.from({ length: 50 }, (_, index) => index + 1);
    await Promise.all(numbers.map((n) => edit(home, (index) => index.append(idOf(n), `name ${n}`, time))));
    expect((await readNameIndex(homeAt(home.path))).size).toBe(50);
  });
});

async function edit(home: TestHome, change: (index: NameIndexEdit) => void): Promise<void> {
  const index = await editNameIndex(homeAt(home.path), { clock: systemClock });
  try {
    change(index);
  } finally {
    index.release();
  }
}

function text(home: TestHome): string {
  return readFileSync(join(home.path, 'session_index.jsonl'), 'utf8');
}
