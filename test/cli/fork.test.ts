import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../src/model/event.ts';
import { envelope, idOf, jsonl, record, turn } from '../builders.ts';
import { publishedSchemas } from '../schemas/published.ts';
import { holdLock, killHolder } from '../support/lock-holder.ts';
import { sandboxMode } from '../support/sandbox-mode.ts';
import { type ExecRig, linesOf, makeExecRig } from './exec-rig.ts';

const id = idOf(1);
const ajv = new Ajv2020({ schemas: publishedSchemas(), strict: false, validateFormats: false });

function makeParent(): ExecRig {
  const rig = makeExecRig();
  const meta = record.meta(id, { cwd: rig.work, source: 'exec', originator: 'codex_exec', cli_version: '0.120.0' });
  const lines = envelope(meta, ...turn('one'), ...turn('two'), ...turn('three'));
  rig.home.rollout(id, jsonl(lines).replaceAll('/home/dev/widget', rig.work));
  return rig;
}

describe('sessions fork', () => {
  it('prints the id alone in a pipe, which exec resume takes', async () => {
    const rig = makeParent();
    const { code, out, err } = await rig.run(['fork', id, '--at', '2']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/^[0-9a-f-]{36}\n$/);
    const run = await rig.exec([{ expect: 'another way', text: 'done so' }], ['resume', out.trim(), 'another way']);
    expect(run).toMatchObject({ code: 0, out: 'done so\n' });
    const said = (await rig.events(out.trim())).flatMap((event) =>
      event.type === 'EventMsg' && event.msg.type === 'UserMessage' ? [event.msg.text] : [],
    );
    expect(said).toEqual(['one', 'two', 'another way']);
    expect(await rig.run(['validate', out.trim()])).toMatchObject({ code: 0 });
  });

  it('prints a record that follows its schema with --json', async () => {
    const rig = makeParent();
    const [forked] = linesOf((await rig.run(['fork', '--json', '--name', 'other way', id])).out) as [{ path: string }];
    const note = readFileSync(join(rig.home.path, '.sessions/lineage', `${idIn(forked.path)}.json`), 'utf8');
    expect(ajv.validate('urn:agent-sessions:schema:forked:1', forked), ajv.errorsText()).toBe(true);
    expect(ajv.validate('urn:agent-sessions:schema:lineage-note:1', JSON.parse(note)), ajv.errorsText()).toBe(true);
    expect(forked).toMatchObject({ forked_from_id: id, turn: 3, state: 'idle', method: 'copy', name: 'other way' });
    expect((await rig.run(['name', 'other way'])).out).toContain(idIn(forked.path));
  });

  it('writes the id on a terminal too, and what it did beside it', async () => {
    const rig = makeParent();
    const { out, err } = await rig.run(['fork', id, '--at', '1'], { isTerminal: true });
    expect(out).toMatch(/[0-9a-f-]{36}\n/);
    expect(`${out}${err}`).toMatch(/forked .* at turn 1 \(a copy\)/);
  });

  it('makes what is the newest session from then on, also by a copy of what is older', async () => {
    const rig = makeParent();
    const fork = (await rig.run(['fork', id, '--at', '1'])).out;
    expect((await rig.run(['show', '-q', '@last'])).out).toBe(fork);
    expect((await rig.run(['ls', '-q', '--limit', '1'])).out).toBe(fork);
    const [row] = linesOf((await rig.run(['ls', '--json'])).out) as [{ created_at: string; updated_at: string }];
    expect(row.updated_at).toBe(row.created_at);
  });

  it('takes one session from standard input', async () => {
    const rig = makeParent();
    expect(await rig.run(['fork', '-q', '-'], { stdin: `${id}\n` })).toMatchObject({ code: 0 });
    const two = await rig.run(['fork', '-'], { stdin: `${id}\n${(await rig.run(['fork', id])).out}` });
    expect(two).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/one session is forked at a time/) });
  });

  it.each([
    ['both points', ['--at', '1', '--before', 'x'], /both say where/],
    ['both ways', ['--copy', '--reference'], /exclude each other/],
    ['a reference', ['--reference'], /have no ordinals/],
    ['a turn that is none', ['--at', '0'], /'0' is no turn/],
    ['a turn that is not there', ['--at', '9'], /has no turn 9: there are 3/],
    ['a text that nobody said', ['--before', 'nobody'], /in no turn .*\nhint: turn 1: one/],
    ['the first turn', ['--before', 'one'], /before which there is nothing/],
    ['a folder that is not there', ['--cwd', 'nowhere'], /no such file/],
    ['a name that is none', ['--name', ' '], /cannot be empty/],
  ])('says what is wrong with %s', async (_, argv, message) => {
    const rig = makeParent();
    const before = rig.files();
    const { code, out, err } = await rig.run(['fork', ...argv, id]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
    expect(rig.files().filter((file) => !file.startsWith('thread-writer-locks/.'))).toEqual(before);
  });

  it('forks a session that is open', async () => {
    const rig = makeParent();
    const holder = await holdLock(rig.home.write(`thread-writer-locks/${id}.lock`, ''));
    try {
      expect(await rig.run(['fork', id])).toMatchObject({ code: 0, err: '' });
    } finally {
      await killHolder(holder);
    }
  });

  it('is listed at once under its parent, and its history counts once', async () => {
    const rig = makeParent();
    const [parent] = await rig.rows();
    const fork = (await rig.run(['fork', id])).out.trim();
    expect(await rig.rows()).toContainEqual(
      expect.objectContaining({ thread_id: fork, forked_from_id: id, cwd: parent?.cwd, turns: 3, damage: [] }),
    );
    expect((await rig.run(['ls', '--tree', '--no-pager'], { isTerminal: true })).out).toContain(fork.slice(0, 8));
    const stats = linesOf((await rig.run(['stats', '--json'])).out);
    expect(stats).toMatchObject([{ turns: 3 }]);
  });

  it('works in the folder that is asked for', async () => {
    const rig = makeParent();
    mkdirSync(join(rig.work, 'there'));
    const fork = (await rig.run(['fork', '--cwd', 'there', id])).out.trim();
    const state = linesOf((await rig.run(['replay', '--state', fork])).out) as [{ settings: { cwd: string } }];
    expect(state[0].settings.cwd).toBe(join(rig.work, 'there'));
    // The same was said in both.
    expect(await rig.run(['diff', '-q', id, fork])).toEqual({ code: 0, out: '', err: '' });
  });
});

describe('sessions exec fork', () => {
  it('forks and goes on in one step', async () => {
    const rig = makeParent();
    const steps = [{ expect: 'other', text: 'gone on' }];
    const argv = ['--at', '1', '-s', sandboxMode, '--print-id', '--name', 'the other', id, 'other'];
    const { code, out } = await fork(rig, steps, argv);
    expect(code).toBe(0);
    const events = (await rig.events(out.trim())) as Event[];
    expect(events.at(-1)?.turn).toBe(2);
    expect((await rig.run(['name', 'the other'])).out).toContain(out.trim());
  });

  it('names the fork when the agent cannot begin', async () => {
    const rig = makeParent();
    const { code, err } = await rig.run(['exec', 'fork', '--provider', 'no-such', id, 'go on']);
    expect(code).toBe(2);
    const made = /the fork was made: ([0-9a-f-]{36})/.exec(err)?.[1];
    expect((await rig.rows()).map(({ thread_id }) => thread_id)).toContain(made);
  });

  it('says what is wrong before there is a fork', async () => {
    const rig = makeParent();
    for (const argv of [['--at', '7', id, 'x'], ['-', 'x'], ['no such', 'x'], []]) {
      expect(await rig.run(['exec', 'fork', ...argv])).toMatchObject({ code: 2, out: '' });
    }
    expect(await rig.run(['exec', 'fork', '--ephemeral', id, 'x'])).toMatchObject({ code: 2 });
    expect((await rig.rows()).length).toBe(1);
  });
});

function fork(rig: ExecRig, steps: unknown[], argv: string[]) {
  const path = rig.home.write('../script-fork.yaml', JSON.stringify(steps));
  const given = ['-c', `model_providers.scripted.script="${path}"`, '--provider', 'scripted', '-s', 'workspace-write'];
  return rig.run(['exec', 'fork', ...given, ...argv]);
}

function idIn(path: string): string {
  return /([0-9a-f-]{36})\.jsonl$/.exec(path)?.[1] as string;
}
