import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCatalog } from '../../src/engine/catalog.ts';
import { reconstruct } from '../../src/engine/reconstruct.ts';
import type { ModelItem } from '../../src/model/history.ts';
import type { ThreadRow } from '../../src/model/thread-row.ts';
import { homeAt } from '../../src/store/home.ts';
import { runProgram } from '../support/run-program.ts';
import { hasTmux, startTmux, type Window } from '../support/tmux.ts';
import { inServer, runExec } from './app-server.ts';
import { canRunCodex, codexBinary } from './codex.ts';
import { codexConfig } from './codex-config.ts';
import { conversation } from './compare-items.ts';
import { type Answer, type MockModel, startMockModel } from './mock-model.ts';

const patch = ['*** Begin Patch', '*** Add File: made.txt', '+new', '*** End Patch'].join('\n');
const idle = 'go on, / for commands';

describe.skipIf(!canRunCodex || !hasTmux)('what run records', () => {
  let tmux: ReturnType<typeof startTmux>;
  let rig: { codex: string; root: string; home: string };
  let env: Record<string, string>;
  let model: MockModel;
  const answers: Answer[] = [];

  beforeAll(async () => {
    tmux = startTmux({ columns: 100, rows: 30 });
    const root = await mkdtemp(join(tmpdir(), 'sessions-interop-'));
    rig = { codex: await codexBinary('0.169.0-linux-x64'), root, home: join(root, 'home') };
    await mkdir(join(root, 'work'));
    await mkdir(rig.home, { mode: 0o700 });
    model = await startMockModel(answers);
    await writeFile(join(rig.home, 'config.toml'), codexConfig(model.url));
    env = { CODEX_HOME: rig.home, HOME: root, MOCK_KEY: 'none', PATH: process.env.PATH as string };
  }, 300_000);
  afterAll(async () => {
    tmux?.stop();
    await model?.close();
    if (rig) await rm(rig.root, { recursive: true, force: true });
  });

  const open = (commandLine: string) =>
    tmux.open(commandLine, join(rig.root, 'work'), { ...env, TERM: 'tmux-256color' });

  async function rows(): Promise<ThreadRow[]> {
    const { stdout } = await runProgram(['ls', '--json'], { env });
    return stdout
      .toString()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as ThreadRow);
  }

  async function history(id: string): Promise<ModelItem[]> {
    return (await reconstruct(await loadCatalog(homeAt(rig.home)), id, { report: () => {} })).items;
  }

  async function send(window: Window, text: string, answer: string): Promise<void> {
    window.type(text);
    await window.shows(`› ${text}`);
    window.press('Enter');
    await window.shows(answer);
    await window.shows(idle);
  }

  async function leave(window: Window): Promise<string> {
    window.press('C-d');
    expect(await window.ended()).toBe(0);
    return /sessions resume (\S+)$/.exec(window.screen())?.[1] as string;
  }

  it('is resumed by Codex with exactly our history: calls, a compaction, a fork, an interrupted turn', async () => {
    answers.push(
      { thinks: '**Looking**', says: 'I look.', runs: 'echo out; exit 3' },
      { patches: patch },
      { says: 'All is done.' },
      { says: 'A summary of it.' },
      { says: 'Said in the fork.' },
      { runs: 'echo begun; sleep 60' },
    );
    const window = open("sessions run -s danger-full-access 'please tidy up'");
    await window.shows('All is done.');
    await window.shows(idle);
    window.type('/compact');
    window.press('Enter');
    await window.shows('context compacted');
    await window.shows(idle);
    await send(window, '/fork', 'a fork of');
    await send(window, 'go on here', 'Said in the fork.');
    window.type('wait');
    await window.shows('› wait');
    window.press('Enter');
    await window.shows('begun');
    window.press('Escape');
    await window.shows(idle);
    const forkId = await leave(window);
    const parentId = (await rows()).find(({ thread_id }) => thread_id !== forkId)?.thread_id as string;
    for (const id of [parentId, forkId]) {
      const ours = await history(id);
      model.requests.length = 0;
      answers.length = 0;
      await runExec(rig, 'resume', id, 'and now?');
      expect(conversation(model.requests[0]?.input)).toEqual([...conversation(ours), 'user: and now?']);
    }
    expect(conversation(await history(forkId)).join('\n')).toMatch(
      /A summary of it[\s\S]*go on here[\s\S]*<turn_aborted>/,
    );
    expect((await runProgram(['validate'], { env })).code).toBe(0);
  }, 120_000);

  it('is among the sessions that Codex and we show when nobody asks for others; what exec records is not', async () => {
    const { stdout } = await runProgram(['exec', '--print-id', '-s', 'danger-full-access', 'not by hand'], {
      ...{ env, cwd: join(rig.root, 'work') },
    });
    const execId = stdout.toString().trim();
    const byHand = (await rows()).filter(({ source }) => source === 'cli').map(({ thread_id }) => thread_id);
    expect(byHand).toHaveLength(2);
    const listed = await inServer(rig, (server) => server.call('thread/list', { limit: 50 }));
    const data = listed.data as { id: string; source: string; preview: string }[];
    expect(data.map(({ id }) => id).sort()).toEqual([...byHand].sort());
    expect(data.map(({ source, preview }) => [source, preview])).toEqual([
      ['cli', 'please tidy up'],
      ['cli', 'please tidy up'],
    ]);
    const picker = open('sessions resume');
    await picker.shows('please tidy up');
    expect(picker.screen()).not.toContain('not by hand');
    picker.press('Escape');
    expect(await picker.ended()).toBe(0);
    const all = open('sessions resume --include-non-interactive');
    await all.shows('not by hand');
    all.press('Escape');
    expect(await all.ended()).toBe(0);
    expect(execId).not.toBe('');
  }, 60_000);

  it('goes on in a session of Codex with exactly its history, and Codex after that with ours', async () => {
    answers.splice(0, answers.length, { runs: 'echo theirs' }, { says: 'Theirs is done.' });
    model.requests.length = 0;
    const theirs = await runExec(rig, 'begin theirs');
    answers.splice(0, answers.length, { says: 'Ours is done.' });
    model.requests.length = 0;
    const window = open(`sessions resume -s danger-full-access ${theirs} 'ours'`);
    await window.shows('Ours is done.');
    await window.shows(idle);
    expect(await leave(window)).toBe(theirs);
    const sent = conversation(model.requests[0]?.input);
    await runExec(rig, 'resume', theirs, 'theirs again');
    const again = conversation(model.requests[1]?.input);
    expect(again).toEqual([...sent, 'assistant: Ours is done.', 'user: theirs again']);
    expect(sent.at(0)).toBe('user: begin theirs');
  }, 60_000);

  it('is refused while a Codex has the session open, which says so and leaves it as it is', async () => {
    const [row] = await rows();
    const id = row?.thread_id as string;
    await inServer(rig, async (server) => {
      await server.call('thread/resume', { threadId: id });
      const before = await history(id);
      const window = open(`sessions resume -s danger-full-access ${id} hello`);
      expect(await window.ended()).toBe(5);
      expect(window.screen()).toMatch(/has session [-0-9a-f]+ open/);
      expect(window.modes().stty).toMatch(/ icanon .* echo /s);
      expect(await history(id)).toEqual(before);
    });
  }, 60_000);
});
