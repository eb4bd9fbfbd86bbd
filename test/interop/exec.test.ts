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
import { listed, runExec, startAppServer } from './app-server.ts';
import { canRunCodex, codexBinary } from './codex.ts';
import { codexConfig } from './codex-config.ts';
import { conversation } from './compare-items.ts';
import { type Answer, type MockModel, startMockModel } from './mock-model.ts';
import { makeResumeRig, prompt, type ResumeRig } from './resume-rig.ts';

const patch = ['*** Begin Patch', '*** Add File: b.txt', '+new', '*** End Patch'].join('\n');

const programs: [version: string, compress: 'exit' | 'never'][] = [
  ['0.169.0-linux-x64', 'exit'],
  ['0.169.0-linux-x64', 'never'],
  ['0.120.0-linux-x64', 'never'],
];

describe.skipIf(!canRunCodex).each(programs)('sessions and Codex %s, compressed: %s', (version, compress) => {
  let rig: Rig;
  let threadId: string;
  beforeAll(async () => {
    rig = await makeRig(version, compress, [
      { thinks: '**Looking**', says: 'I look.', runs: 'echo out; exit 3' },
      { patches: patch },
      { says: 'All is done.' },
    ]);
    threadId = (await rig.ours('exec', '--print-id', '-s', 'danger-full-access', 'please tidy up')).trim();
  }, 300_000);
  afterAll(() => rig.remove());

  it('our session is resumed by Codex with exactly our history', async () => {
    const ours = await rig.history(threadId);
    expect(ours.map(({ type }) => type)).toEqual(
      expect.arrayContaining(['reasoning', 'function_call', 'function_call_output', 'message']),
    );
    rig.model.requests.length = 0;
    expect(await runExec(rig, 'resume', threadId, 'and now?')).toBe(threadId);
    expect(conversation(rig.model.requests[0]?.input)).toEqual([...conversation(ours), 'user: and now?']);
  }, 120_000);

  it('its session is resumed by us with exactly its history, as by itself', async () => {
    rig.model.script([{ runs: 'echo theirs' }, { says: 'Theirs is done.' }]);
    const theirs = await runExec(rig, 'begin theirs');
    rig.model.script([]);
    await rig.ours('exec', 'resume', '-s', 'danger-full-access', theirs, 'ours');
    const sent = conversation(rig.model.requests[0]?.input);
    await runExec(rig, 'resume', theirs, 'theirs again');
    const again = conversation(rig.model.requests[1]?.input);
    expect(again).toEqual([...sent, 'assistant: done', 'user: theirs again']);
    expect(sent.at(0)).toBe('user: begin theirs');
    expect(sent.join('\n')).toContain('theirs\n');
  }, 120_000);

  it('five resumes by either in turn leave a session that validates, and that both list', async () => {
    rig.model.script([{ says: 'first' }]);
    const id = (await rig.ours('exec', '--print-id', '-s', 'danger-full-access', 'turn 0')).trim();
    for (let turn = 1; turn <= 5; turn++) {
      rig.model.script([{ runs: `echo ${turn}` }, { says: `answer ${turn}` }]);
      await runExec(rig, 'resume', id, `theirs ${turn}`);
      rig.model.script([{ runs: `echo ${turn}` }, { says: `answer ${turn}` }]);
      await rig.ours('exec', 'resume', '-s', 'danger-full-access', id, `ours ${turn}`);
    }
    const said = conversation(await rig.history(id)).filter((line) => line.startsWith('user: '));
    const turns = [1, 2, 3, 4, 5].flatMap((turn) => [`user: theirs ${turn}`, `user: ours ${turn}`]);
    expect(said).toEqual(['user: turn 0', ...turns]);
    const { code, stdout } = await runProgram(['validate', '--json', id], { env: rig.env });
    expect({ code, findings: findingsIn(stdout) }).toEqual({ code: 0, findings: [] });
    const rows = (await rig.ours('ls', '--json')).split('\n').filter(Boolean);
    const row = rows.map((line) => JSON.parse(line) as ThreadRow).find(({ thread_id }) => thread_id === id);
    expect(row).toMatchObject({ turns: 11, first_message: 'turn 0', damage: [] });
    const server = await startAppServer(rig);
    try {
      expect(Object.keys(await listed(server))).toContain(id);
    } finally {
      await server.close();
    }
  }, 300_000);
});

const corpus = process.env.SESSIONS_CORPUS;
const homes: [name: string, sessions: number][] = [
  ['0.169.0', 30],
  ['0.120.0', 12],
  ['0.98.0', 8],
];

describe.skipIf(!canRunCodex || !corpus).each(homes)('sessions of %s', (name, most) => {
  let theirs: ResumeRig;
  let ours: ResumeRig;
  let model: MockModel;
  beforeAll(async () => {
    theirs = await makeResumeRig({ copyOf: join(corpus as string, name) });
    ours = await makeResumeRig({ copyOf: join(corpus as string, name) });
    model = await startMockModel([]);
  }, 300_000);
  afterAll(async () => {
    await Promise.all([theirs.remove(), ours.remove(), model.close()]);
  });

  it('are resumed by us with what Codex 0.169 sends when it resumes them', async () => {
    const catalog = await loadCatalog(homeAt(ours.home));
    const ids = [...catalog.threadIds].sort();
    const different: string[] = [];
    let resumed = 0;
    for (const id of ids.filter((_, index) => index % Math.ceil(ids.length / most) === 0)) {
      const { obstacle, settings } = await reconstruct(catalog, id, { report: () => {} });
      if (obstacle !== null) continue;
      const provider = `model_providers.loop={base_url="${model.url}",wire_api="responses"}`;
      const given = ['-c', provider, '--provider', 'loop', '-m', settings.model ?? 'gpt-5.5', '--cd', ours.home];
      const env = { CODEX_HOME: ours.home };
      const before = model.requests.length;
      const run = ['exec', 'resume', ...given, '-s', 'danger-full-access', id, prompt];
      const { code, stderr } = await runProgram(run, { env });
      if (code !== 0) different.push(`${id}: exit ${code}: ${stderr.slice(0, 300)}`);
      const sent = conversation(model.requests[before]?.input);
      if (sent.at(-1) !== `user: ${prompt}`) different.push(`${id}: ends with ${sent.at(-1)}`);
      const wanted = conversation(await theirs.resume(id, settings.model));
      if (JSON.stringify(sent) !== JSON.stringify(wanted)) {
        const at = sent.findIndex((line, index) => line !== wanted[index]);
        different.push(`${id}: item ${at}: ${sent[at]?.slice(0, 300)} | ${wanted[at]?.slice(0, 300)}`);
      }
      resumed++;
    }
    expect(different).toEqual([]);
    expect(resumed).toBeGreaterThan(0);
  }, 600_000);
});

interface Rig {
  codex: string;
  root: string;
  home: string;
  env: Record<string, string>;
  model: MockModel & { script(answers: Answer[]): void };
  /** Runs our own program, and gives what it writes to stdout. */
  ours(...args: string[]): Promise<string>;
  history(id: string): Promise<ModelItem[]>;
  remove(): Promise<void>;
}

async function makeRig(version: string, compress: string, answers: Answer[]): Promise<Rig> {
  const codex = await codexBinary(version);
  const root = await mkdtemp(join(tmpdir(), 'sessions-interop-'));
  const home = join(root, 'home');
  await mkdir(join(root, 'work'));
  await mkdir(join(home, '.sessions'), { recursive: true, mode: 0o700 });
  const queue = [...answers];
  const model = await startMockModel(queue);
  await writeFile(join(home, 'config.toml'), codexConfig(model.url));
  await writeFile(join(home, '.sessions/config.toml'), `compress = "${compress}"\n`);
  const env = { CODEX_HOME: home, HOME: root, MOCK_KEY: 'none', PATH: process.env.PATH as string };
  return {
    ...{ codex, root, home, env },
    model: Object.assign(model, {
      // Answers are counted by the requests so far.
      script(next: Answer[]) {
        model.requests.length = 0;
        queue.splice(0, queue.length, ...next);
      },
    }),
    async ours(...args) {
      const { code, stdout, stderr } = await runProgram(args, { env, cwd: join(root, 'work') });
      if (code !== 0) throw new Error(`sessions ${args.join(' ')} ended with ${code}:\n${stderr}`);
      return stdout.toString();
    },
    async history(id) {
      return (await reconstruct(await loadCatalog(homeAt(home)), id, { report: () => {} })).items;
    },
    async remove() {
      await model.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

function findingsIn(stdout: Buffer): string[] {
  const lines = stdout.toString().split('\n').filter(Boolean);
  const findings = lines.map((line) => JSON.parse(line) as { severity: string; rule: string; message: string });
  return findings.filter(({ severity }) => severity !== 'note').map(({ rule, message }) => `${rule}: ${message}`);
}
