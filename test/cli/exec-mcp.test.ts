import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Json } from '../support/json.ts';
import { events, responsesEvents as sent, startModelServer } from '../support/model-server.ts';
import { sandboxMode } from '../support/sandbox-mode.ts';
import { type ExecRig, makeExecRig } from './exec-rig.ts';

const program = join(import.meta.dirname, '../runner/tools/mcp/server.mjs');
const secret = 'tok-0123456789-secret';
/** Nobody is there to be asked. */
const approved = 'default_tools_approval_mode = "approve"\n';
const closers: (() => unknown)[] = [];
afterAll(() => Promise.all(closers.map((close) => close())));

/** The table of a server that this program starts. */
function stdioTable(name: string, habits: string[], more = ''): string {
  const args = JSON.stringify([program, 'stdio', ...habits]);
  const env = `env = { TEST_TOKEN = "${secret}" }\n`;
  return `[mcp_servers.${name}]\n${approved}command = ${JSON.stringify(process.execPath)}\nargs = ${args}\n${env}${more}`;
}

async function startHttp(): Promise<string> {
  const env = { ...process.env, TEST_TOKEN: secret };
  const child: ChildProcess = spawn(process.execPath, [program, 'http', 'bearer'], { env });
  closers.push(() => child.kill());
  const [line] = await once(child.stdout as NodeJS.ReadableStream, 'data');
  return String(line).trim();
}

/** Runs `exec` with a model that makes these calls, all at once, and then says that it is done. */
async function execWith(rig: ExecRig, config: string, calls: [name: string, args: object][], argv: string[] = []) {
  const items = calls.map(([name, args], index) =>
    sent.item({ type: 'function_call', name, arguments: JSON.stringify(args), call_id: `c${index}` }),
  );
  const done = events(sent.message('done'), sent.completed());
  const server = await startModelServer(...(calls.length > 0 ? [events(...items, sent.completed())] : []), done);
  closers.push(server.close);
  const provider = `[model_providers.mine]\nwire_api = "responses"\nbase_url = "${server.url}"\n`;
  rig.home.write('config.toml', `model = "m"\nmodel_provider = "mine"\n${provider}${config}`);
  const env = { MCP_TOKEN: secret };
  const outcome = await rig.run(['exec', '-s', sandboxMode, '-a', 'never', ...argv, 'go'], { env });
  const bodies = server.requests.map(({ body }) => body);
  const offered: string[] = (bodies[0]?.tools ?? []).map(({ name }: Json) => name);
  const outputs: Json[] = (bodies.at(-1)?.input ?? [])
    .filter(({ type }: Json) => type === 'function_call_output')
    .map(({ output }: Json) => output);
  return { ...outcome, offered, outputs, bodies };
}

async function recordedBy(rig: ExecRig): Promise<string> {
  const [row] = await rig.rows();
  return (await rig.run(['show', '--raw', row?.thread_id as string])).out;
}

describe('an MCP server of the configuration', { timeout: 30_000 }, () => {
  it('that is a program, and one that speaks HTTP, are offered, called and recorded, without their secrets', async () => {
    const rig = makeExecRig();
    const web = `[mcp_servers.web]\n${approved}url = "${await startHttp()}"\nbearer_token_env_var = "MCP_TOKEN"\n`;
    const run = await execWith(rig, stdioTable('local', []) + web, [
      ['local__echo', { text: 'hé' }],
      ['web__echo', { text: 'far' }],
      ['local__look', {}],
      ['web__throw', {}],
      ['local__env', {}],
    ]);
    expect([run.code, run.out]).toEqual([0, 'done\n']);
    expect(run.offered).toEqual(expect.arrayContaining(['shell_command', 'local__echo', 'web__echo']));
    expect(run.outputs).toEqual([
      'hé',
      'far',
      'seen',
      expect.stringContaining('the token [secret] is bad'),
      expect.stringContaining('"TEST_TOKEN":"[secret]"'),
    ]);
    const recorded = await recordedBy(rig);
    expect(recorded).toContain('"local__echo"');
    for (const text of [recorded, run.err, JSON.stringify(run.bodies)]) expect(text).not.toContain(secret);
    const [row] = await rig.rows();
    expect(row).toMatchObject({ tool_calls: 5, damage: [] });
    const shown = await rig.events(row?.thread_id as string);
    const results = shown.flatMap((event) => (event.type === 'ResponseItem' ? [event.item] : []));
    expect(results).toContainEqual(expect.objectContaining({ type: 'tool_result', call_id: 'c0', output: 'hé' }));
    expect((await rig.run(['validate'])).code).toBe(0);
  });

  it('offers only what it is allowed to', async () => {
    const more = 'enabled_tools = ["echo", "look"]\ndisabled_tools = ["look"]\n';
    const { offered } = await execWith(makeExecRig(), stdioTable('local', [], more), []);
    expect(offered.filter((name) => name.startsWith('local'))).toEqual(['local__echo']);
  });

  it.each([
    ['dies', stdioTable('bad', ['crash']), /MCP server "bad" is not available: .*cannot log in with \[secret\]/],
    [
      'hangs',
      stdioTable('bad', ['silent'], 'startup_timeout_sec = 0.5\n'),
      /"bad" is not available: no answer within 500 ms/,
    ],
    ['talks nonsense', stdioTable('bad', ['garbage'], 'startup_timeout_sec = 2\n'), /"bad" is not available/],
    ['is not there', '[mcp_servers.bad]\ncommand = "/no/such/program"\n', /"bad" is not available/],
    ['cannot be reached', '[mcp_servers.bad]\nurl = "http://127.0.0.1:1/mcp"\n', /"bad" is not available/],
    [
      'has no token',
      '[mcp_servers.bad]\nurl = "http://127.0.0.1:1/mcp"\nbearer_token_env_var = "NONE"\n',
      /"bad" is not available: the environment variable NONE is not set/,
    ],
  ])('that %s at the start is a warning, and the others are there', async (_, table, warning) => {
    const rig = makeExecRig();
    const run = await execWith(rig, table + stdioTable('good', []), [['good__echo', { text: 'here' }]]);
    expect([run.code, run.out, run.outputs]).toEqual([0, 'done\n', ['here']]);
    expect(run.err).toMatch(warning);
    expect(run.err + (await recordedBy(rig))).not.toContain(secret);
  });

  it.each([
    ['dies', ['crash']],
    ['hangs', ['silent']],
  ])('that %s at the start ends the run when it is required, before anything is recorded', async (_, habits) => {
    const rig = makeExecRig();
    const table = stdioTable('bad', habits, 'required = true\nstartup_timeout_sec = 0.5\n');
    const run = await execWith(rig, table, []);
    expect([run.code, run.out, run.bodies]).toEqual([2, '', []]);
    expect(run.err).toMatch(/MCP server "bad" is not available, and it is required/);
    expect(run.err).not.toContain(secret);
    expect(await rig.rows()).toEqual([]);
    expect(rig.files().filter((path) => /\.lock$|\.sessions\/tmp/.test(path))).toEqual([
      'thread-writer-locks/.coordination.lock',
    ]);
  });

  it('that dies during the run fails its calls, and the run goes on', async () => {
    const rig = makeExecRig();
    const run = await execWith(rig, stdioTable('local', []), [
      ['local__die', {}],
      ['local__echo', { text: 'x' }],
    ]);
    expect([run.code, run.out]).toEqual([0, 'done\n']);
    expect(run.outputs).toEqual(Array(2).fill('err: the MCP server local has ended'));
    expect(run.err).toMatch(/MCP server "local" ended with exit code 3; it said: oh no, \[secret\]/);
    expect((await rig.run(['validate'])).code).toBe(0);
  });

  it('is ended with the run', async () => {
    const rig = makeExecRig();
    const mark = `93${process.pid}1`;
    await execWith(rig, stdioTable('local', ['stubborn', 'orphan', mark]), []);
    const { countProcesses } = await import('../runner/sandbox/room.ts');
    await expect.poll(() => countProcesses(mark)).toBe(0);
  });
});
