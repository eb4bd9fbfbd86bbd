import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { envelope, idOf, jsonl, makeHome, record, type TestHome } from '../builders.ts';
import { buildScript } from '../support/built.ts';
import { finish } from '../support/run-program.ts';

const megabyte = 1024 * 1024;
/** Of the whole program, but for ink. */
const mostKb = 200 * 1024;

let script: string;
let home: TestHome;
beforeAll(async () => {
  script = await buildScript('transcript-run');
  home = makeHome();
});

describe('a session of 100 MB on the screen', { timeout: 300_000 }, () => {
  it.each([
    ['of outputs', (turn: number) => turnOf(turn, 64 * 1024, 500)],
    ['of messages', (turn: number) => turnOf(turn, 500, 24 * 1024)],
    ['of short records', (turn: number) => turnOf(turn, 100, 100)],
    ['of texts that cannot be compressed', (turn: number) => turnOf(turn, 4096, 8192, true)],
  ])('is shown at once, and does not fill the memory: %s', async (what, make) => {
    const id = idOf(what.length);
    write(id, make);
    const env = { PATH: process.env.PATH, CODEX_HOME: home.path, TERM: 'xterm' };
    const outcome = await finish(spawn(process.execPath, [script, id], { env, stdio: ['ignore', 'pipe', 'pipe'] }));
    expect([outcome.code, outcome.stderr]).toEqual([0, '']);
    const told = JSON.parse(outcome.stdout.toString());
    process.stdout.write(`${what}: ${outcome.stdout}`);
    expect(told).toMatchObject({ hits: 3, isFull: true, failure: null });
    expect(told.firstRows).toBeGreaterThan(30);
    expect(told.mostKb).toBeLessThan(mostKb);
  });
});

function write(id: string, make: (turn: number) => object[]): void {
  const path = home.rollout(id, envelope(record.meta(id)));
  for (let turn = 1, size = 0; size < 100 * megabyte; ) {
    let text = '';
    while (text.length < 4 * megabyte) text += jsonl(make(turn++));
    appendFileSync(path, text);
    size += text.length;
  }
}

function turnOf(turn: number, output: number, message: number, isRandom = false): object[] {
  const needle = turn <= 3 ? ' needle ' : '';
  const text = (length: number) => {
    let made = '';
    while (made.length < length)
      made += isRandom ? `${Math.random().toString(36).slice(2)} ` : `some words of turn ${turn}, ${made.length}\n`;
    return made;
  };
  return envelope(
    record.userEvent(`question ${turn}`),
    record.call(`c${turn}`, 'shell', { command: ['bash', '-lc', `make ${turn}`] }),
    record.output(
      `c${turn}`,
      JSON.stringify({ output: text(output) + needle + lines(30), metadata: { exit_code: 0 } }),
    ),
    record.event('agent_message', { message: text(message) }),
  );
}

function lines(count: number): string {
  return Array.from({ length: count }, (_, at) => `line ${at}\n`).join('');
}
