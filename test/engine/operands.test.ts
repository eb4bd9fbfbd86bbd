import { existsSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { resolveOperands } from '../../src/engine/operands.ts';
import { openSessions } from '../../src/engine/resolve-session.ts';
import { envelope, idOf, jsonl, makeFolder, makeHome, record, type TestHome } from '../builders.ts';

let home: TestHome;
beforeAll(() => {
  home = makeHome();
  vi.stubEnv('TMPDIR', makeFolder());
  for (const number of [1, 2]) home.rollout(idOf(number), envelope(record.meta(idOf(number))));
});

afterAll(() => void vi.unstubAllEnvs());

const thread = (number: number) => ({ kind: 'thread', threadId: idOf(number) });

describe('operands', () => {
  it('are sessions, each once, in order', async () => {
    expect((await resolve([idOf(2), idOf(1), idOf(2).toUpperCase(), '/x.jsonl', '/./x.jsonl'])).targets).toEqual([
      thread(2),
      thread(1),
      { kind: 'file', path: '/x.jsonl' },
    ]);
  });

  it('may be named on standard input, among others', async () => {
    expect((await resolve([idOf(1), '-'], `${idOf(2)}\n${idOf(1)}\n`)).targets).toEqual([thread(1), thread(2)]);
    expect((await resolve(['-'], '')).targets).toEqual([]);
  });

  it('may be content of standard input, which is removed afterwards', async () => {
    const { targets, remove } = await resolve(['-', idOf(1)], jsonl(envelope(record.meta(idOf(3)))));
    expect(targets).toMatchObject([{ kind: 'file', isStdin: true }, thread(1)]);
    const { path } = targets[0] as { path: string };
    expect(existsSync(path)).toBe(true);
    remove();
    expect(existsSync(path)).toBe(false);
  });

  it('are all found, or none is used', async () => {
    await expect(resolve(['-'], `${idOf(1)}\nno such session\n`)).rejects.toMatchObject({ kind: 'usage' });
    await expect(resolve(['-', 'no such session'], jsonl(envelope(record.meta(idOf(3)))))).rejects.toMatchObject({
      kind: 'usage',
    });
    expect(readdirSync(tmpdir())).toEqual([]);
    await expect(resolve(['-', '-'], '')).rejects.toMatchObject({
      kind: 'usage',
      message: 'standard input can be read once',
    });
  });
});

function resolve(operands: string[], stdin = '') {
  async function* input() {
    if (stdin !== '') yield Buffer.from(stdin);
  }
  return resolveOperands(openSessions({ CODEX_HOME: home.path }, '/'), operands, input());
}
