import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { homeAt } from '../../src/store/home.ts';
import { readNameIndex } from '../../src/store/name-index.ts';
import { idOf, makeHome } from '../builders.ts';

describe('the name index', () => {
  it('gives the last name of each thread', async () => {
    const { home, read } = indexed([
      `{"id":"${idOf(1)}","thread_name":"first","updated_at":"2026-01-02T03:04:05.123456789Z"}`,
      `{"id":"${idOf(2)}","thread_name":"other","updated_at":"x"}`,
      `{"id":"${idOf(1).toUpperCase()}","thread_name":"latest 名前"}`,
    ]);
    expect(home).toBeDefined();
    expect(Object.fromEntries(await read())).toEqual({ [idOf(1)]: 'latest 名前', [idOf(2)]: 'other' });
  });

  it('passes over lines that are not entries', async () => {
    const { read } = indexed([
      'garbage',
      '',
      'null',
      '[]',
      '{"id":7,"thread_name":"x"}',
      `{"id":"${idOf(1)}"}`,
      `{"id":"${idOf(1)}","thread_name":"kept"}\r`,
      `{"id":"${idOf(2)}","thread_name":"torn`,
    ]);
    expect(Object.fromEntries(await read())).toEqual({ [idOf(1)]: 'kept' });
  });

  it('keeps a name when an empty one follows, as Codex does', async () => {
    const { read } = indexed([`{"id":"${idOf(1)}","thread_name":"x"}`, `{"id":"${idOf(1)}","thread_name":""}`]);
    expect([...(await read())]).toEqual([[idOf(1), 'x']]);
  });

  it('is empty where there is none, and does not wait for a pipe', async () => {
    const home = makeHome();
    expect((await readNameIndex(homeAt(home.path))).size).toBe(0);
    execFileSync('mkfifo', [join(home.path, 'session_index.jsonl')]);
    expect((await readNameIndex(homeAt(home.path))).size).toBe(0);
  });
});

function indexed(lines: string[]) {
  const home = makeHome();
  home.write('session_index.jsonl', lines.join('\n'));
  return { home, read: () => readNameIndex(homeAt(home.path)) };
}
