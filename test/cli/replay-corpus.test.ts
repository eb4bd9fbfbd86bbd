import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { escapeForTerminal } from '../../src/base/safe-text.ts';
import { makeFolder } from '../builders.ts';
import { actingCharacters, readCast } from '../engine/replay/cast-reader.ts';
import type { Json } from '../support/json.ts';
import { runHere } from '../support/run-here.ts';

/** A folder with a home per version of the real Codex, each written by it. */
const corpus = process.env.SESSIONS_CORPUS;
const homes = corpus ? readdirSync(corpus).filter((name) => /^\d/.test(name)) : [];
const canPlay = ['tmux -V', 'asciinema --version'].every((command) => spawnSync('sh', ['-c', command]).status === 0);
/** A player takes its time: of each home it plays this many sessions. */
const mostPlayed = 4;

describe.skipIf(!corpus)('the corpus', () => {
  it('holds homes', () => {
    expect(homes.length).toBeGreaterThan(0);
  });
});

describe.skipIf(!corpus).each(homes)('the sessions of %s', (name) => {
  const home = join(corpus as string, name);
  const run = (argv: string[], tty = false) => runHere(argv, { env: { CODEX_HOME: home, PAGER: '' }, tty });

  it('are replayed as they are shown', async () => {
    for (const id of await idsOf(home)) {
      for (const tty of [false, true]) {
        const [replayed, shown] = [await run(['replay', id], tty), await run(['show', id], tty)];
        expect([id, replayed.code, replayed.err]).toEqual([id, shown.code, shown.err]);
        expect([id, replayed.out.equals(shown.out)]).toEqual([id, true]);
      }
    }
  });

  it.each(['asciicast', 'asciicast-v2'])('make an %s of what is shown, with a marker for each turn', async (format) => {
    for (const id of await idsOf(home)) {
      const { code, out } = await run(['replay', '--format', format, id]);
      expect([id, code]).toEqual([id, 0]);
      const { output, markers, header } = readCast(out);
      const text = output.map((part) => part.text).join('');
      expect([id, text.replaceAll('\r\n', '\n')]).toEqual([id, (await run(['show', id], true)).out.toString()]);
      expect([id, actingCharacters(text)]).toEqual([id, []]);

      const events = linesOf((await run(['show', id])).out);
      expect(squeezed(text)).toContain(squeezed(lastAnswer(events)));
      const turns = [...new Set(events.map((event) => event.turn))].filter((number) => number > 0);
      expect([id, markers.map(({ label }) => Number(/^turn (\d+)/.exec(label)?.[1]))]).toEqual([id, turns]);
      const times = events.flatMap(({ timestamp }) => (timestamp ? [Date.parse(timestamp)] : []));
      if (times.length === 0) continue;
      expect(header.timestamp).toBe(Math.floor((times[0] as number) / 1000));
      if (times.some((time, at) => time < (times[at - 1] ?? time))) continue;
      const recorded = new Set(times.map((time) => time - (times[0] as number)));
      expect([id, output.filter(({ at }) => !recorded.has(Math.round(at * 1000)))]).toEqual([id, []]);
    }
  });

  it.skipIf(!canPlay)('are played by asciinema', async () => {
    const ids = await idsOf(home);
    const step = Math.ceil(ids.length / mostPlayed);
    for (const id of ids.filter((_id, index) => index % step === 0)) {
      const answer = lastAnswer(linesOf((await run(['show', id])).out));
      const { out } = await run(['replay', '--format', 'asciicast-v2', id]);
      expect([id, squeezed(await playedText(out))]).toEqual([id, expect.stringContaining(squeezed(answer))]);
    }
  });
});

const folder = makeFolder();
const server = ['-S', join(folder, 'tmux'), '-f', '/dev/null'];
let isRunning = false;

afterAll(() => {
  if (isRunning) spawnSync('tmux', [...server, 'kill-server']);
});

/** What is left on the screen, and above it, of an asciicast that has been played. */
async function playedText(cast: Buffer): Promise<string> {
  const path = join(folder, 'played.cast');
  writeFileSync(path, cast);
  if (!isRunning) tmux('new-session', '-d', '-x', '80', '-y', '24', 'sleep 600');
  isRunning = true;
  const command = `asciinema play -i 0.001 '${path}' && echo played to the end; sleep 600`;
  const window = tmux('new-window', '-d', '-P', '-F', '#{window_id}', command).trim();
  const screen = () => tmux('capture-pane', '-p', '-S', '-', '-t', window);
  for (const end = Date.now() + 15_000; !screen().includes('played to the end'); ) {
    if (Date.now() > end) throw new Error(`asciinema took too long: ${screen()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const text = screen();
  tmux('kill-window', '-t', window);
  return text;
}

function tmux(...args: string[]): string {
  return execFileSync('tmux', [...server, ...args], { encoding: 'utf8' });
}

async function idsOf(home: string): Promise<string[]> {
  const { code, out } = await runHere(['ls', '-q', '--archived', '--no-index'], { env: { CODEX_HOME: home } });
  expect(code).toBe(0);
  return out.toString().split('\n').slice(0, -1);
}

function linesOf(out: Buffer): Json[] {
  return out
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** The beginning of what the agent said last, as it may be shown. */
function lastAnswer(events: Json[]): string {
  const answers = events.filter((event) => event.type === 'EventMsg' && event.msg.type === 'AgentMessage');
  return escapeForTerminal(answers.at(-1)?.msg.text ?? '').slice(0, 200);
}

/** Without colours, and without what wrapping a text and its lead changes. */
function squeezed(text: string): string {
  return text.replaceAll(/\x1b\[\d+m/g, '').replaceAll(/\s+/g, '');
}
