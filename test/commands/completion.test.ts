import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../src/commands/frame/run-command-line.ts';
import { commands } from '../../src/commands/registry.ts';
import { MemoryIo } from '../support/memory-io.ts';

const older = '019a0000-0000-7000-8000-000000000001';
const newer = '019a0001-0000-7000-8000-000000000002';
const newest = '019a0002-0000-7000-8000-000000000003';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'home-'));
  const day = join(home, 'sessions/2026/11/20');
  mkdirSync(day, { recursive: true });
  for (const id of [older, newer, newest]) {
    const meta = {
      timestamp: '2026-11-20T10:00:00.000Z',
      type: 'session_meta',
      payload: { id, cwd: '/', cli_version: '0.120.0' },
    };
    writeFileSync(join(day, `rollout-2026-11-20T10-00-00-${id}.jsonl`), `${JSON.stringify(meta)}\n`);
  }
  const names = [
    { id: older, thread_name: 'fix the build', updated_at: '2026-11-20T10:00:00Z' },
    { id: newest, thread_name: 'clear \u001b[2J screen', updated_at: '2026-11-20T10:00:00Z' },
  ];
  writeFileSync(join(home, 'session_index.jsonl'), names.map((name) => `${JSON.stringify(name)}\n`).join(''));
});
afterAll(() => rmSync(home, { recursive: true }));

async function run(...argv: string[]) {
  const io = new MemoryIo({ env: { CODEX_HOME: home } });
  const code = await runCommandLine(argv, commands, io);
  return { code, out: io.outText, err: io.errText };
}

describe('sessions completion', () => {
  it.each(['bash', 'zsh', 'fish'])('prints a script for %s that knows every command', async (shell) => {
    const { code, out } = await run('completion', shell);
    expect(code).toBe(0);
    for (const { spec } of commands) expect(out).toContain(spec.name);
  });

  it.each([
    ['tcsh', 'one of: bash, zsh, fish'],
    ['fsh', 'did you mean fish or zsh?'],
    ['__proto__', 'one of: bash, zsh, fish'],
  ])('refuses %s', async (shell, hint) => {
    expect(await run('completion', shell)).toEqual({
      code: 2,
      out: '',
      err: `sessions: there is no completion for '${shell}'\nhint: ${hint}\n`,
    });
  });

  it('tells the scripts ids and names, newest first, without names that could harm', async () => {
    expect(await run('completion', 'sessions')).toEqual({
      code: 0,
      out: `${newest}\t\n${newer}\t\n${older}\tfix the build\n`,
      err: '',
    });
  });
});
