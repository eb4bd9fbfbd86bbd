import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/model/event.ts';
import { type Envelope, envelope, idOf, jsonl, record, turn } from '../builders.ts';
import { holdLock, killHolder } from '../support/lock-holder.ts';
import { linesOf, makeExecRig } from './exec-rig.ts';

const recorded = (id: string, cwd: string, ...rest: Parameters<typeof envelope>) =>
  envelope(record.meta(id, { cwd, source: 'exec', originator: 'codex_exec', cli_version: '0.120.0' }), ...rest);

describe('sessions exec resume', () => {
  it('goes on with the history, the folder and the token counts of the session', async () => {
    const rig = makeExecRig();
    const elsewhere = join(rig.work, 'elsewhere');
    mkdirSync(elsewhere);
    await rig.exec([{ text: 'the answer is blue', usage: { input: 10, output: 5 } }], ['--name', 'colours', 'ask']);
    const steps = [
      {
        expect: 'and now',
        calls: [{ name: 'shell_command', arguments: { command: 'pwd' } }],
        usage: { input: 20, output: 5 },
      },
      { expect: rig.work, text: 'same folder' },
    ];
    const { code, out } = await rig.exec(steps, ['resume', 'colours', 'and now'], { cwd: elsewhere });
    expect({ code, out }).toEqual({ code: 0, out: 'same folder\n' });
    const rows = await rig.rows();
    expect(rows).toMatchObject([{ turns: 2, tokens_used: 40, cwd: rig.work, first_message: 'ask', damage: [] }]);
    expect((await rig.run(['validate'])).code).toBe(0);
  });

  it('picks the newest of this directory with --last, and of every one with --all', async () => {
    const rig = makeExecRig();
    const elsewhere = join(rig.work, 'elsewhere');
    mkdirSync(elsewhere);
    const here = (await rig.exec([{ text: 'a' }], ['--print-id', 'here'])).out;
    const there = (await rig.exec([{ text: 'b' }], ['--print-id', 'there'], { cwd: elsewhere })).out;
    expect((await rig.exec([{ text: 'c' }], ['resume', '--last', '--print-id', 'x'])).out).toBe(here);
    expect((await rig.exec([{ text: 'd' }], ['resume', '--last', '--print-id', 'x'], { cwd: elsewhere })).out).toBe(
      there,
    );
    await rig.exec([{ text: 'e' }], ['resume', '--last', 'x']);
    expect(
      (await rig.exec([{ text: 'f' }], ['resume', '--last', '--all', '--print-id', 'x'], { cwd: elsewhere })).out,
    ).toBe(here);
    expect((await rig.exec([{ text: 'g' }], ['resume', '--last', '--cd', elsewhere, '--print-id', 'x'])).out).toBe(
      there,
    );
    const nowhere = await rig.exec([], ['resume', '--last', 'x'], { cwd: '/' });
    expect(nowhere).toMatchObject({ code: 2 });
    expect(nowhere.err).toMatch(/--all/);
  });

  it('passes over agents that a session started with --last', async () => {
    const rig = makeExecRig();
    const id = (await rig.exec([{ text: 'a' }], ['--print-id', 'here'])).out.trim();
    const agent = idOf(2);
    const source = { subagent: { thread_spawn: { parent_thread_id: id, depth: 1 } } };
    const later = { timestamp: '2026-12-01T00:00:00.000Z' };
    const [meta, ...rest] = recorded(agent, rig.work) as [Envelope, ...Envelope[]];
    rig.home.rollout(agent, [{ ...meta, ...later, payload: { ...meta.payload, source } }, ...rest]);
    expect((await rig.rows()).find(({ thread_id }) => thread_id === agent)?.parent_thread_id).toBe(id);
    expect((await rig.exec([{ text: 'b' }], ['resume', '--last', '--print-id', 'x'])).out.trim()).toBe(id);
  });

  it('resumes a session that ended before any answer', async () => {
    const rig = makeExecRig();
    const id = idOf(1);
    rig.home.rollout(id, recorded(id, rig.work));
    const { code } = await rig.exec([{ text: 'hello' }], ['resume', id, 'begin']);
    expect(code).toBe(0);
    expect(await rig.rows()).toMatchObject([{ turns: 1, first_message: 'begin' }]);
  });

  it('shortens nothing and loses nothing behind an unfinished line', async () => {
    const rig = makeExecRig();
    const id = idOf(1);
    rig.home.rollout(id, `${jsonl(recorded(id, rig.work, ...turn('first')))}{"timestamp":"2026-01-02T03`);
    const { code, out } = await rig.exec([{ text: 'hello' }], ['resume', '--json', '--cd', rig.work, id, 'go on']);
    expect(code).toBe(0);
    const recordedNow = (linesOf(out) as Event[])
      .filter((event) => 'seq' in event)
      .map(({ schema: _, ...rest }) => rest);
    expect(recordedNow).toEqual((await rig.events(id)).slice(-recordedNow.length));
  });

  it('changes nothing with --ephemeral', async () => {
    const rig = makeExecRig();
    await rig.exec([{ text: 'one' }], ['first']);
    const before = await rig.rows();
    const steps = [{ expect: 'second', text: 'two' }];
    expect((await rig.exec(steps, ['resume', '--last', '--ephemeral', 'second'])).out).toBe('two\n');
    expect(await rig.rows()).toEqual(before);
  });

  it('refuses a session that another process has open', async () => {
    const rig = makeExecRig();
    const id = idOf(1);
    const path = rig.home.rollout(id, recorded(id, rig.work, ...turn('first')));
    const holder = await holdLock(rig.home.write(`thread-writer-locks/${id}.lock`, ''));
    try {
      const { code, err } = await rig.exec([{ text: 'no' }], ['resume', id, 'go on']);
      expect(code).toBe(5);
      expect(err).toMatch(/has session .* open/);
    } finally {
      await killHolder(holder);
    }
    expect((await rig.run(['show', '--raw', path])).out).toBe(jsonl(recorded(id, rig.work, ...turn('first'))));
  });

  it.each([
    ['nothing', [], /SESSION is missing/],
    ['a session that is not there', ['no such', 'x'], /no session has the id or name/],
    ['an archived one', [idOf(2), 'x'], /archived/],
    ['--all alone', ['--all', 'x'], /--all goes with --last/],
    ['too much', ['--last', 'x', 'y'], /one argument too many/],
  ])('says what is wrong with %s', async (_, argv, message) => {
    const rig = makeExecRig();
    rig.home.rollout(idOf(2), recorded(idOf(2), rig.work, ...turn('first')), { archived: true });
    const { code, out, err } = await rig.exec([{ text: 'no' }], ['resume', ...argv]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });

  it('offers candidates for a name that is not quite right', async () => {
    const rig = makeExecRig();
    await rig.exec([{ text: 'one' }], ['--name', 'fix the parser', 'first']);
    const { code, err } = await rig.exec([], ['resume', 'parser', 'x']);
    expect(code).toBe(2);
    expect(err).toMatch(/did you mean .*\(fix the parser\)/);
  });

  it('says that the folder of a session is gone, and takes another one', async () => {
    const rig = makeExecRig();
    const id = idOf(1);
    rig.home.rollout(id, recorded(id, '/no/such/folder', ...turn('first')));
    const gone = await rig.exec([{ text: 'no' }], ['resume', id, 'x']);
    expect(gone).toMatchObject({ code: 2 });
    expect(gone.err).toMatch(/--cd/);
    expect(await rig.exec([{ text: 'yes' }], ['resume', id, '--cd', rig.work, 'x'])).toMatchObject({ code: 0 });
  });
});
