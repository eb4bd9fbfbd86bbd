import { appendFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { displayWidth } from '../../src/ui/text-width.ts';
import { envelope, idOf, jsonl, makeHome, record, type TestHome, turn, zstdFrame } from '../builders.ts';
import { sizes } from '../support/run-in-tmux.ts';
import { hasTmux, startTmux, type Window } from '../support/tmux.ts';

const [id, damaged, growing, vanishing, packed] = [idOf(1), idOf(2), idOf(3), idOf(4), idOf(5)];
const hostile = '\x1b[2J\x1b]0;owned\x07 \x9b31m \u202edesrever \u{e0068}hidden \r\b\ud800';
const output = Array.from({ length: 60 }, (_, at) => `line ${at + 1}`).join('\n');
const patch = '*** Begin Patch\n*** Update File: src/a.ts\n@@\n-old\n+new 日本\n*** End Patch';
const records = [
  ...[record.meta(id), ...turn('Fix the 🐛 in 日本語 and שלום עולם 👩‍👩‍👧')],
  ...[record.userEvent('show me'), record.call('c1', 'shell', { command: ['bash', '-lc', 'seq 60'] })],
  record.output('c1', JSON.stringify({ output, metadata: { exit_code: 0 } })),
  record.call('p1', 'shell', { command: ['apply_patch', patch] }),
  record.output('p1', JSON.stringify({ output: 'Done', metadata: { exit_code: 0 } })),
  ...[record.event('agent_message', { message: '**all** of it' }), ...turn(hostile)],
];
let home: TestHome;
let tmux: ReturnType<typeof startTmux>;

beforeAll(() => {
  home = makeHome();
  home.rollout(id, envelope(...records));
  home.names({ [id]: `shown ${hostile}` });
  const lines = jsonl(envelope(record.meta(damaged), ...turn('before'), ...turn('behind'))).split('\n');
  home.rollout(damaged, [...lines.slice(0, 8), '{"torn', ...lines.slice(8)].join('\n'));
  tmux = startTmux();
});

afterAll(() => tmux?.stop());

describe.skipIf(!hasTmux)('sessions show --tui', () => {
  it.each(sizes)('goes through a session by keys, at $columns x $rows', async (size) => {
    const window = show(id, size);
    await window.shows('▌── session 0198');
    const checked = (what: string | RegExp) => {
      const rows = window.rows();
      expect(rows).toHaveLength(size.rows);
      for (const row of rows) expect(displayWidth(row)).toBeLessThanOrEqual(size.columns);
      expect(rows.join('\n')).toMatch(what);
    };
    window.type('}');
    await window.shows('Fix the 🐛');
    checked(/日本語 and שלום/);
    // By turn, and folded: what was left out is shown, and goes away again.
    window.type(']');
    await window.shows('turn 2 of 3');
    window.type('/line 41');
    await window.shows('/line 41 1/1');
    window.press('Enter');
    await window.shows('│ line 41');
    checked(/\/line 41 1\/1/);
    window.press('Enter');
    await window.shows(/^(?![\s\S]*│ line 41)[\s\S]*│ line 1$/m);
    window.type('OG');
    await window.shows('100 %');
    window.type('g/line 33');
    // What is found is unfolded when it is found.
    await window.shows('/line 33 1/1');
    window.press('Enter');
    await window.shows('q back');
    await window.shows('│ line 33');
    window.type('O');
    await window.shows(/^(?![\s\S]*│ line 33)[\s\S]*│ line 1$/m);
    // Its diff alone, and what was copied.
    window.type('/new 日本');
    window.press('Enter');
    await window.shows(/\/new 日本 1\/\d/);
    window.type('d');
    await window.shows('diff alone');
    checked(/new 日本/);
    expect(window.screen()).not.toContain('seq 60');
    window.type('qy');
    await window.shows(/copied \d+ lines?, if the ter/);
    window.type('?');
    await window.shows('all keys');
    window.type('q');
    await window.shows('q back');
    window.type('G');
    await window.shows('▌· tokens');
    checked(/\^\[\[2J\^\[\]0;owned\^G/);
    // What the terminal makes of another size is drawn over.
    window.resize(size.columns - 7, size.rows - 2);
    await window.shows('▌· tokens');
    window.type('g');
    await window.shows('▌── session 0198');
    window.resize(size.columns, size.rows);
    window.type('G');
    await window.shows('▌· tokens');
    window.press('C-c');
    await hasEnded(window, 0);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('gives the terminal back on %s', async (signal, exit) => {
    const window = show(id);
    await window.shows('▌── session 0198');
    window.kill(signal);
    await hasEnded(window, exit);
  });

  it('shows what can be read of a damaged session', async () => {
    const window = show(damaged);
    await window.shows('> before');
    window.type('G');
    await window.shows('re: behind');
    window.type('g/is not JSON');
    window.press('Enter');
    await window.shows(/\/is not JSON 1\/1/);
    window.press('q');
    await hasEnded(window, 3, 'cannot be decoded');
  });

  it('shows a session that grows, line by line, and stays where one looks', async () => {
    const path = home.rollout(growing, envelope(record.meta(growing), ...turn('one')));
    const add = (text: string) => appendFileSync(path, text);
    const [two, three] = [jsonl(envelope(...turn('two'))), jsonl(envelope(...turn(`${'line\n'.repeat(30)}three`)))];
    add(two.slice(0, -20));
    const window = show(growing);
    await window.shows('> two');
    add(two.slice(-20));
    await window.shows('re: two');
    expect(window.screen()).not.toContain('following');
    window.type('G');
    await window.shows('following');
    add(three);
    await window.shows('turn 3 of 3 · 100 % · following');
    expect(window.screen()).not.toContain('re: two');
    window.type('/re: one');
    window.press('Enter');
    await window.shows('/re: one 1/1');
    add(jsonl(envelope(...turn('four'), record.rolledBack(2), ...turn('five'))).slice(0, -20));
    await window.shows('of 5');
    expect(window.screen()).toContain('> one');
    // What was shown already is marked when it is taken back.
    window.type('G[[[');
    await window.shows(/turn 3 ─.* rolled back/);
    window.press('q');
    await hasEnded(window, 0, 'torn tail');
  });

  it('goes on with the end of a session when it is compressed, shortened or replaced', async () => {
    const one = jsonl(envelope(record.meta(packed), ...turn('one')));
    const two = one + jsonl(envelope(...turn('two')));
    const three = two + jsonl(envelope(...turn('three')));
    const path = home.rollout(packed, one);
    const window = show(`--follow ${packed}`);
    await window.shows('following');
    writeFileSync(`${path}.zst`, zstdFrame(two));
    rmSync(path);
    await window.shows('re: two');
    writeFileSync(path, one);
    rmSync(`${path}.zst`);
    writeFileSync(`${path}.new`, three);
    renameSync(`${path}.new`, path);
    await window.shows('re: three');
    expect(window.screen().match(/re: two/g)).toHaveLength(1);
    window.press('q');
    await hasEnded(window, 0);
  });

  it('says so when what is to be read again is gone, and keeps what it has', async () => {
    const path = home.rollout(vanishing, envelope(...records));
    const window = show(vanishing);
    await window.shows('▌── session 0198');
    rmSync(path);
    window.type('/line 41');
    window.press('Enter');
    await window.shows('cannot be read again');
    expect(window.screen()).not.toContain('not found');
    window.type(']]');
    await window.shows('turn 2 of 3');
    window.type('JJJ');
    window.press('Enter');
    await window.shows('cannot be read again');
    expect(window.screen()).toContain('… 44 lines');
    window.press('q');
    await hasEnded(window, 0);
  });
});

function show(session: string, size = { columns: 80, rows: 24 }): Window {
  const env = { CODEX_HOME: home.path, LANG: 'C.UTF-8' };
  return tmux.open(`stty sane; sessions show --tui ${session}`, home.path, env, size);
}

/** @param said below what was on the screen before */
async function hasEnded(window: Window, exit: number, said = ''): Promise<void> {
  expect(await window.ended()).toBe(exit);
  expect(window.modes()).toMatchObject({ alternate: '0', cursor: '1', mouse: '0' });
  expect(window.modes().stty).toMatch(/ icanon.* echo /s);
  const left = window.screen();
  if (said === '') expect(left).toBe('');
  else expect(left.replaceAll('\n', '')).toContain(said);
}
