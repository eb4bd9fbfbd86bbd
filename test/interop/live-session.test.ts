import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validateEvent } from '../../src/format/event-schema.ts';
import { validateFinding, validateThread } from '../../src/format/schemas.ts';
import type { Event, Item } from '../../src/model/event.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { ThreadRow } from '../../src/model/thread-row.ts';
import { type Outcome, runProgram } from '../support/run-program.ts';
import { canRunCodex, codexBinary } from './codex.ts';
import { codexConfig } from './codex-config.ts';
import { type MockModel, startMockModel } from './mock-model.ts';

const patch = [
  '*** Begin Patch',
  '*** Update File: a.txt',
  '@@',
  '-one',
  '+eins',
  '*** Add File: b.txt',
  '+new',
  '*** End Patch',
];

/** Two turns: three requests, then two. */
const answers = [
  { thinks: '**Looking around**', runs: 'echo out; exit 3' },
  { patches: patch.join('\n') },
  { says: 'All is done.' },
  { runs: 'cat b.txt' },
  { says: 'It says new.' },
];

const valid = { ok: true, unknown: null };

describe.skipIf(!canRunCodex)('a session that the real Codex has just written', () => {
  let root: string;
  let home: string;
  let model: MockModel;
  let row: ThreadRow;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'sessions-interop-'));
    home = join(root, 'home');
    await mkdir(join(root, 'work'));
    await mkdir(home, { mode: 0o700 });
    await writeFile(join(root, 'work', 'a.txt'), 'one\n');
    model = await startMockModel(answers);
    await writeFile(join(home, 'config.toml'), codexConfig(model.url));
    const codex = await codexBinary();
    await runCodex(codex, ['exec', 'please tidy up']);
    await runCodex(codex, ['exec', 'resume', '--last', 'what does b.txt say?']);
    const [only, ...others] = linesOf<ThreadRow>(await sessions('ls', '--json'));
    expect(others).toEqual([]);
    row = only as ThreadRow;
  }, 300_000);

  afterAll(async () => {
    await model.close();
    await rm(root, { recursive: true, force: true });
  });

  it('is listed with what happened in it', () => {
    expect(validateThread(row)).toEqual(valid);
    expect(row).toMatchObject({
      first_message: 'please tidy up',
      cwd: join(root, 'work'),
      model_provider: 'mock',
      source: 'exec',
      dialect: 'paginated',
      tokens_used: 1040 + 2040 + 3040 + 4040 + 5040,
      turns: 2,
      tool_calls: 3,
      archived: false,
      damage: [],
    });
  });

  it('is shown as events that the schema accepts', async () => {
    const events = await shown();
    expect(events.filter((event) => !validateEvent(event).ok)).toEqual([]);
    expect(events.map(({ schema }) => schema).filter(Boolean)).toEqual(['sessions.event/1']);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
    expect(textsOf(events, 'UserMessage')).toEqual(['please tidy up', 'what does b.txt say?']);
    expect(textsOf(events, 'AgentMessage')).toEqual(['All is done.', 'It says new.']);
    expect(new Set(events.map(({ turn }) => turn))).toEqual(new Set([0, 1, 2]));
  });

  it('is shown with its calls, their results and the changed files', async () => {
    const items = itemsOf(await shown());
    const calls = items.filter(({ type }) => type === 'tool_call');
    const results = items.filter(({ type }) => type === 'tool_result');
    expect(calls).toHaveLength(3);
    expect(results.map(({ call_id }) => call_id)).toEqual(calls.map(({ call_id }) => call_id));
    expect(calls[0]?.command).toContainEqual('echo out; exit 3');
    expect(results[0]).toMatchObject({ exit_code: 3, status: 'failed' });
    expect(results[2]?.output).toContain('new');
    const changes = items
      .filter(({ type }) => type === 'file_change')
      .map(({ changes: paths }) => Object.keys(paths as object));
    expect(changes.flat().sort()).toEqual([join(root, 'work', 'a.txt'), join(root, 'work', 'b.txt')]);
  });

  it('is shown byte for byte with --raw', async () => {
    const { code, stdout } = await sessions('show', row.thread_id, '--raw');
    expect(code).toBe(0);
    expect(stdout.equals(await readFile(row.path))).toBe(true);
  });

  it('is found valid', async () => {
    const outcome = await sessions('validate', row.thread_id, '--json');
    const findings = linesOf<Finding>(outcome);
    expect(findings.filter((finding) => !validateFinding(finding).ok)).toEqual([]);
    expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([]);
    expect(outcome.code).toBe(0);
  });

  async function shown(): Promise<Event[]> {
    return linesOf<Event>(await sessions('show', row.thread_id, '--json'));
  }

  function sessions(...args: string[]): Promise<Outcome> {
    return runProgram(args, { env: { CODEX_HOME: home } });
  }

  /** As a user who keeps the files private. */
  async function runCodex(codex: string, args: string[]): Promise<void> {
    const command = `umask 077; exec "$0" "$@"`;
    const options = ['--skip-git-repo-check', '-s', 'danger-full-access'];
    const [verb = '', ...rest] = args;
    const child = spawn('sh', ['-c', command, codex, verb, ...options, ...rest], {
      cwd: join(root, 'work'),
      env: { PATH: process.env.PATH, HOME: root, CODEX_HOME: home, MOCK_KEY: 'none' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    child.stderr.on('data', (chunk) => (said += chunk));
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`codex ${args.join(' ')} ended with ${code}:\n${said}`);
  }
});

function linesOf<T>({ code, stdout, stderr }: Outcome): T[] {
  if (code !== 0 && code !== 1) throw new Error(`ended with ${code}: ${stderr}`);
  const lines = stdout
    .toString()
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as T);
}

function textsOf(events: Event[], type: string): unknown[] {
  return events.flatMap((event) => (event.type === 'EventMsg' && event.msg.type === type ? [event.msg.text] : []));
}

function itemsOf(events: Event[]): Item[] {
  return events.flatMap((event) => (event.type === 'ResponseItem' ? [event.item] : []));
}
