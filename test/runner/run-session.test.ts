import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { Failure } from '../../src/base/failure.ts';
import { loadCatalog } from '../../src/engine/catalog.ts';
import { reconstruct } from '../../src/engine/reconstruct.ts';
import type { SessionPorts } from '../../src/model/session-ports.ts';
import { openSession, type SessionOptions, type SessionThread } from '../../src/runner/run-session.ts';
import { homeAt } from '../../src/store/home.ts';
import { envelope, idOf, makeFolder, record, TestHome, turn } from '../builders.ts';
import { typed } from './agent.ts';

const never = new AbortController().signal;

interface Room {
  home: TestHome;
  work: string;
  indexed: string[];
  options(thread: SessionThread, steps?: unknown[]): SessionOptions;
}

function makeRoom(): Room {
  const root = makeFolder();
  const home = new TestHome(join(root, 'home'));
  const work = join(root, 'work');
  mkdirSync(home.path);
  mkdirSync(work);
  const indexed: string[] = [];
  const ports: SessionPorts = {
    async record(threadId) {
      return (await loadCatalog(homeAt(home.path))).thread(threadId).at(-1)?.path as string;
    },
    async resume(threadId) {
      return reconstruct(await loadCatalog(homeAt(home.path)), threadId, { report: () => {} });
    },
    async answers() {
      throw new Error('no session is played here');
    },
    isHeld: async () => false,
    index: async (threadId) => void indexed.push(threadId),
  };
  return {
    ...{ home, work, indexed },
    options(thread, steps = [{ text: 'hello' }]) {
      const script = home.write('../script.yaml', JSON.stringify(steps));
      return {
        ...{
          home: homeAt(home.path),
          cwd: work,
          env: { PATH: process.env.PATH, HOME: root },
          clock: systemClock,
          umask: 0o022,
        },
        ...{ version: '0.0.0', source: 'exec', ports, thread, workIn: work },
        flags: { provider: 'scripted', sandbox: 'danger-full-access', approval: 'never' },
        overrides: [`model_providers.scripted.script="${script}"`],
        ...{ profile: undefined, outputSchema: null, terminal: null, signal: never, onEvent: () => {} },
      };
    },
  };
}

const fresh: SessionThread = { kind: 'new', isEphemeral: false, dynamicTools: [], toolsFile: null };

describe('openSession', () => {
  it('runs turn after turn in one thread, and brings the index in step when it is closed', async () => {
    const room = makeRoom();
    const session = await openSession(room.options(fresh, [{ text: 'one' }, { text: 'two' }]));
    expect((await session.turn(typed('a'), never)).lastMessage).toBe('one');
    expect((await session.turn(typed('b'), never)).lastMessage).toBe('two');
    expect(room.indexed).toEqual([]);
    const end = await session.close(true);
    expect(end.path).toMatch(/\.jsonl\.zst$/);
    expect(room.indexed).toEqual([session.threadId]);
  });

  it('leaves the rollout plain when the end was not clean', async () => {
    const session = await openSession(makeRoom().options(fresh));
    await session.turn(typed('a'), never);
    expect((await session.close(false)).path).toMatch(/\.jsonl$/);
  });

  it('summarises when it is asked to, and goes on from that when it is resumed', async () => {
    const room = makeRoom();
    const session = await openSession(room.options(fresh, [{ text: 'one' }, { text: 'all so far' }]));
    await session.turn(typed('a'), never);
    expect(await session.compact(never)).toBeNull();
    await session.close(true);
    const resumed = await openSession(
      room.options({ kind: 'resumed', threadId: session.threadId, isEphemeral: false }),
    );
    expect(JSON.stringify(resumed.history?.items.at(-1))).toContain('all so far');
    expect(JSON.stringify(resumed.history?.items)).not.toContain('"one"');
    await resumed.close(true);
  });

  it('brings back the tools that a session was begun with', async () => {
    const room = makeRoom();
    const dynamicTools = [
      { name: 'greet', description: 'd', inputSchema: { type: 'object' }, command: ['echo', 'hi'] },
    ];
    const begun = await openSession(room.options({ ...fresh, dynamicTools }));
    await begun.turn(typed('a'), never);
    await begun.close(true);
    const thread = { kind: 'resumed' as const, threadId: begun.threadId, isEphemeral: false };
    const session = await openSession(
      room.options(thread, [{ calls: [{ name: 'greet' }] }, { expect: 'hi', text: 'greeted' }]),
    );
    expect((await session.turn(typed('b'), never)).lastMessage).toBe('greeted');
    await session.close(true);
  });

  it('keeps the variables with keys, whatever their names, from commands', async () => {
    const room = makeRoom();
    const steps = [{ calls: [{ name: 'shell_command', arguments: { command: 'env' } }] }, { text: 'done' }];
    const options = room.options(fresh, steps);
    const records: unknown[] = [];
    const session = await openSession({
      ...options,
      env: { ...options.env, LLM_ACCESS: 'hidden-1', LLM_ORG: 'hidden-2', MCP_ACCESS: 'hidden-3', OTHER: 'seen' },
      overrides: [
        ...options.overrides,
        'model_providers.scripted.env_key="LLM_ACCESS"',
        'model_providers.scripted.env_http_headers={ x = "LLM_ORG" }',
        'mcp_servers.far={ url = "http://127.0.0.1:9/", bearer_token_env_var = "MCP_ACCESS", startup_timeout_ms = 1 }',
      ],
      onEvent: (event) => void records.push(event),
    });
    await session.turn(typed('a'), never);
    await session.close(true);
    const said = JSON.stringify(records);
    expect(said).toContain('OTHER=seen');
    expect(said).not.toContain('hidden-');
  });

  it('takes keys of servers out of what a command finds in the configuration', async () => {
    const room = makeRoom();
    const token = 'tok-0123456789-abcdefghijk';
    const [servers, file] = ['[mcp_servers.m]\ncommand = "/no/such/server"\n', room.home.path];
    room.home.write('config.toml', `${servers}args = ["plain-argument"]\nenv = { API_KEY = "${token}" }\n`);
    const steps = [{ calls: [{ name: 'shell_command', arguments: { command: `cat ${file}/config.toml` } }] }];
    const events: unknown[] = [];
    const session = await openSession({ ...room.options(fresh, steps), onEvent: (event) => void events.push(event) });
    await session.turn(typed('a'), never);
    await session.close(true);
    expect(JSON.stringify(events)).toContain('plain-argument');
    expect(JSON.stringify(events)).not.toContain(token);
  });

  it('gives a thread back as it was when something is wrong, and the next one gets it', async () => {
    const room = makeRoom();
    const id = idOf(1);
    const lines = envelope(record.meta(id), ...turn('first'));
    const path = room.home.rollout(id, lines, { compressed: true });
    const thread = { kind: 'resumed' as const, threadId: id, isEphemeral: false };
    const options = room.options(thread);
    await expect(openSession({ ...options, flags: { provider: 'nobody' } })).rejects.toBeInstanceOf(Failure);
    expect((await loadCatalog(homeAt(room.home.path))).thread(id)[0]?.path).toBe(path);
    const session = await openSession(options);
    await expect(openSession(options)).rejects.toMatchObject({ kind: 'busy' });
    await session.close(true);
  });
});
