import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Stopped } from '../../src/base/abort.ts';
import { validateEvent } from '../../src/format/event-schema.ts';
import type { Event } from '../../src/model/event.ts';
import {
  type Act,
  dropAfter,
  events,
  hangAfter,
  responsesEvents,
  sse,
  startModelServer,
} from '../support/model-server.ts';
import { hasSandbox } from '../support/sandbox-mode.ts';
import { type ExecRig, linesOf, makeExecRig, type RunOptions } from './exec-rig.ts';

const { delta, item, message, completed } = responsesEvents;
const servers: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(servers.map((server) => server.close())));

/** `exec` with a server that answers so. */
async function ask(rig: ExecRig, acts: Act[], argv: string[], options?: RunOptions) {
  const server = await startModelServer(...acts);
  servers.push(server);
  const provider = `model_providers.mine={wire_api="responses",base_url="${server.url}"}`;
  const outcome = await rig.run(['exec', '-c', provider, '--provider', 'mine', '-m', 'big', ...argv], options);
  return { ...outcome, server };
}

/** The stream in short: `seq` and kind, and the text of a piece. */
function outline(out: string): string[] {
  return (linesOf(out) as Event[]).map((event) => {
    expect(validateEvent(event)).toMatchObject({ ok: true });
    const kind =
      event.type === 'EventMsg' ? event.msg.type : event.type === 'ResponseItem' ? event.item.type : event.type;
    const piece = event.type === 'EventMsg' && 'delta' in event.msg ? ` ${event.msg.delta}` : '';
    return `${'seq' in event ? event.seq : '-'} ${kind}${piece}`;
  });
}

describe('the event stream of exec', () => {
  it('has the pieces of an answer behind the records that came before it', async () => {
    const call = { type: 'function_call', name: 'list_dir', arguments: '{"path":"."}', call_id: 'c1' };
    const first = events(delta('one'), message('one'), item(call), completed());
    const { out } = await ask(
      makeExecRig(),
      [first, events(delta('two'), message('two'), completed())],
      ['--json', 'go'],
    );
    const kinds = outline(out);
    expect(kinds[0]).toBe('0 SessionMeta');
    expect(kinds.slice(kinds.indexOf('- AgentMessageDelta one'))).toEqual([
      ...['- AgentMessageDelta one', '7 AgentMessage', '8 message', '9 tool_call', '10 tool_result'],
      ...['- AgentMessageDelta two', '11 AgentMessage', '12 message', '13 TurnComplete'],
    ]);
  });

  it('says that pieces are void when the answer breaks off', async () => {
    const acts = [dropAfter(sse(delta('par'))), events(delta('part'), message('part'), completed())];
    const { code, out, err } = await ask(makeExecRig(), acts, ['--json', 'go']);
    expect(code).toBe(0);
    const kinds = outline(out);
    expect(kinds.slice(kinds.indexOf('- AgentMessageDelta par'))).toEqual([
      ...['- AgentMessageDelta par', '- StreamError', '- AgentMessageDelta part'],
      ...['7 AgentMessage', '8 message', '9 TurnComplete'],
    ]);
    expect(err).toMatch(/^sessions: mine: the connection broke.*; trying again in 0\.\d+ s\n$/);
  });

  it('is no error when a signal interrupts the turn: that has an exit code of its own', async () => {
    const stop = new AbortController();
    const act: Act = (exchange) => {
      hangAfter('')(exchange);
      setTimeout(() => stop.abort(new Stopped('SIGINT')), 100);
    };
    const { code, out, err } = await ask(makeExecRig(), [act], ['--json', 'go'], { signal: stop });
    expect({ code, err }).toEqual({ code: 130, err: '' });
    expect(outline(out).at(-1)).toMatch(/ TurnAborted$/);
  });
});

describe('what is wrong with a call of exec', () => {
  it.each([
    ['a folder to write in that is not there', ['--add-dir', 'nowhere'], 'nowhere: is no folder to write in'],
    ['an answer file in no folder', ['-o', 'nowhere/answer.txt'], 'answer.txt: is in no folder that is there'],
    ['an answer file that is a folder', ['-o', '.'], 'is a folder, not a file to write'],
  ])('is found out before anything is asked: %s', async (_, argv, said) => {
    const rig = makeExecRig();
    const { code, out, err } = await rig.exec([{ text: 'no' }], [...argv, 'go']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(said);
    expect(rig.files()).toEqual([]);
  });

  it.skipIf(!hasSandbox)('is told of where it has no effect', async () => {
    const rig = makeExecRig();
    const { code, err } = await rig.exec([{ text: 'yes' }], ['-s', 'read-only', '--add-dir', '/', 'go']);
    expect(code).toBe(0);
    expect(err).toContain('sessions: --add-dir has no effect here: commands only read');
    expect((await rig.exec([{ text: 'yes' }], ['--add-dir', '/', 'go'])).err).not.toContain('--add-dir');
  });

  it('can be a prompt, or pictures, that make a record longer than what is read back', async () => {
    const rig = makeExecRig();
    const picture = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(9 * 1024 * 1024)]);
    for (const name of ['a', 'b', 'c']) writeFileSync(join(rig.work, name), picture);
    const large = [
      await rig.exec([{ text: 'no' }], ['-i', 'a', '-i', 'b', '-i', 'c', 'look']),
      await rig.exec([{ text: 'no' }], ['-'], { stdin: '\u0001'.repeat(8_000_000) }),
    ];
    for (const { code, err } of large) {
      expect(code).toBe(2);
      expect(err).toMatch(/the prompt and its images are too large together/);
    }
    expect(rig.files()).toEqual([]);
    expect(await rig.exec([{ text: 'yes' }], ['-i', 'a', '-i', 'b', 'look'])).toMatchObject({ code: 0 });
    expect((await rig.run(['validate'])).code).toBe(0);
  });
});

describe('exec resume', () => {
  it('finds the last session without making an index when it is to leave no trace', async () => {
    const rig = makeExecRig();
    await rig.exec([{ text: 'one' }], ['first']);
    const before = rig.files();
    const { code, out } = await rig.exec([{ text: 'two' }], ['resume', '--last', '--ephemeral', 'second']);
    expect({ code, out }).toEqual({ code: 0, out: 'two\n' });
    expect(rig.files()).toEqual(before);
  });

  it('says which sessions it looked at when there is none', async () => {
    const rig = makeExecRig();
    mkdirSync(join(rig.work, 'elsewhere'));
    await rig.exec([{ text: 'one' }], ['first'], { cwd: join(rig.work, 'elsewhere') });
    const { code, err } = await rig.exec([], ['resume', '--last', 'go on']);
    expect({ code, err }).toEqual({
      code: 2,
      err: 'sessions: there is no session of this directory to resume\nhint: add --all to look at those of every directory\n',
    });
  });

  it('can hold keys that nobody knows, which is told', async () => {
    const rig = makeExecRig();
    rig.home.write('.sessions/config.toml', 'compres = "never"\n');
    rig.home.write('config.toml', `${hasSandbox ? '' : 'sandbox_mode = "danger-full-access"\n'}tui.theme = "dark"\n`);
    const { code, err } = await rig.exec([{ text: 'yes' }], ['-c', 'modle=x', 'go']);
    expect(code).toBe(0);
    expect(err).toContain('sessions: -c modle: there is no such key here, so it has no effect\n');
    expect(err).toContain(".sessions/config.toml: 'compres' is no key, so it has no effect\n");
    expect(err).not.toContain('tui');
  });

  it('names the session while it runs', async () => {
    const rig = makeExecRig();
    const look = {
      name: 'shell_command',
      arguments: { command: `sleep 0.3; cat ${rig.home.path}/session_index.jsonl` },
    };
    const { code } = await rig.exec([{ calls: [look] }, { expect: 'mine', text: 'yes' }], ['--name', 'mine', 'go']);
    expect(code).toBe(0);
    expect((await rig.rows())[0]).toMatchObject({ name: 'mine' });
  });

  it('leaves an answer file alone when there is no answer', async () => {
    const rig = makeExecRig();
    writeFileSync(join(rig.work, 'answer.txt'), 'old');
    const fail = { fail: { kind: 'refused', message: 'no' } };
    const { code } = await rig.exec([fail], ['-o', 'answer.txt', 'go']);
    expect(code).toBe(1);
    expect(readFileSync(join(rig.work, 'answer.txt'), 'utf8')).toBe('old');
    expect(await rig.exec([], ['-o', '-', 'go'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('- is no file'),
    });
    expect(await rig.exec([], ['  '])).toMatchObject({ code: 2, err: expect.stringContaining('the prompt is empty') });
  });
});
