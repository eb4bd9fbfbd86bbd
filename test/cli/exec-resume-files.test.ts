import { existsSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { envelope, idOf, jsonl, record, rolloutName, turn } from '../builders.ts';
import { finish, startProgram } from '../support/run-program.ts';
import { sandboxMode } from '../support/sandbox-mode.ts';
import { type ExecRig, makeExecRig } from './exec-rig.ts';

const id = idOf(1);
const other = idOf(2);

function session(rig: ExecRig, threadId = id, said = 'first words') {
  return envelope(record.meta(threadId, { cwd: rig.work }), ...turn(said));
}

/** As Codex up to 0.33 wrote it. */
const bare = [
  { id, timestamp: '2025-06-01T10:00:00.000Z', instructions: null },
  { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'old words' }] },
  { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'old answer' }] },
];

describe('sessions exec resume', () => {
  it.each([
    ['a path', {}, (path: string) => path],
    ['a path of a compressed session', { compressed: true }, (path: string) => path],
    ['a relative path', {}, (path: string, work: string) => relative(work, path)],
    ['a path through a link', {}, linked],
  ])('takes %s', async (_, options, name) => {
    const rig = makeExecRig();
    const path = rig.home.rollout(id, session(rig), options);
    rig.home.rollout(other, session(rig, other, 'other words'));
    const steps = [{ expect: 'and now', text: 'well' }];
    const run = await rig.exec(steps, ['resume', '--print-id', '--cd', rig.work, name(path, rig.work), 'and now']);
    expect(run).toMatchObject({ code: 0, out: `${id}\n` });
    const rows = await rig.rows();
    expect(rows.map(({ thread_id, turns }) => [thread_id, turns]).sort()).toEqual([
      [id, 2],
      [other, 1],
    ]);
    expect(rows.find((row) => row.thread_id === id)?.path).toBe(`${path.replace(/\.zst$/, '')}.zst`);
    expect((await rig.run(['validate'])).code).toBe(0);
  });

  it('leaves the file of a session plain that is held, or may be', async () => {
    const rig = makeExecRig();
    const path = rig.home.rollout(id, session(rig));
    expect((await rig.run(['hold', 'add', '--matter', 'a case', id])).code).toBe(0);
    const goOn = () => rig.exec([{ text: 'well' }], ['resume', '--cd', rig.work, id, 'and now']);
    expect((await goOn()).code).toBe(0);
    expect([existsSync(path), existsSync(`${path}.zst`)]).toEqual([true, false]);
    const holds = join(rig.home.path, '.sessions/holds.jsonl');
    const whole = readFileSync(holds);
    writeFileSync(holds, 'damaged\n');
    expect((await goOn()).code).toBe(0);
    expect([existsSync(path), existsSync(`${path}.zst`)]).toEqual([true, false]);
    writeFileSync(holds, whole);
    const { hold_id } = JSON.parse(whole.toString().split('\n')[0] as string);
    expect((await rig.run(['hold', 'release', '--reason', 'over', hold_id])).code).toBe(0);
    expect((await goOn()).code).toBe(0);
    expect([existsSync(path), existsSync(`${path}.zst`)]).toEqual([false, true]);
  });

  it.each([
    ['by its id', () => id],
    ['by its path', (path: string) => path],
    ['by its name', () => 'the old one'],
  ])('says how an archived session is brought back that is named %s', async (_, name) => {
    const rig = makeExecRig();
    const path = rig.home.rollout(id, session(rig), { archived: true });
    rig.home.names({ [id]: 'the old one' });
    const { code, out, err } = await rig.exec([{ text: 'no' }], ['resume', name(path), 'x']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(`session ${id} is archived`);
    expect(err).toContain(`hint: sessions unarchive ${id}`);
    // One that may be open in a Codex which takes no locks is not moved.
    utimesSync(path, 1_750_000_000, 1_750_000_000);
    expect((await rig.run(['unarchive', id])).code).toBe(0);
    expect(await rig.exec([{ text: 'yes' }], ['resume', id, '--cd', rig.work, 'x'])).toMatchObject({ code: 0 });
  });

  it.each([[{}], [{ compressed: true }]])(
    'leaves one of a Codex before 0.34 as it is, and says why: %j',
    async (how) => {
      const rig = makeExecRig();
      const path = rig.home.rollout(id, bare, how);
      const before = readFileSync(path);
      for (const name of [id, path]) {
        const { code, out, err } = await rig.exec([{ text: 'no' }], ['resume', name, 'x']);
        expect({ code, out }).toEqual({ code: 2, out: '' });
        expect(err).toMatch(/of a Codex older than 0\.34, which cannot be resumed\nhint: fork it/);
      }
      expect(readFileSync(path).equals(before)).toBe(true);
      expect(rig.files().filter((file) => file.includes('rollout'))).toHaveLength(1);
    },
  );

  it('wants a file of this home', async () => {
    const rig = makeExecRig();
    const path = rig.home.write(`../elsewhere/${rolloutName(id)}`, jsonl(session(rig)));
    const stranger = await rig.exec([{ text: 'no' }], ['resume', path, 'x']);
    expect(stranger).toMatchObject({ code: 2, err: expect.stringContaining('is not a session of this home') });
    const missing = await rig.exec([{ text: 'no' }], ['resume', `${path}.zst`, 'x']);
    expect(missing).toMatchObject({ code: 2 });
    expect(missing.err).toMatch(/no such file|is not a session/);
    expect(await rig.exec([{ text: 'no' }], ['resume', '-', 'x'])).toMatchObject({ code: 2 });
    expect(await rig.exec([{ text: 'no' }], ['resume', '', 'x'])).toMatchObject({ code: 2 });
  });

  it('names the sessions that a beginning could mean', async () => {
    const rig = makeExecRig();
    for (const threadId of [id, other]) rig.home.rollout(threadId, session(rig, threadId));
    rig.home.names({ [id]: 'the parser' });
    const ambiguous = await rig.exec([{ text: 'no' }], ['resume', '0198', 'x']);
    expect(ambiguous).toMatchObject({ code: 2, out: '' });
    expect(ambiguous.err).toContain(`'0198' names 2 sessions`);
    for (const name of [`${id} (the parser)`, other]) expect(ambiguous.err).toContain(name);
    const wrong = `${id.slice(0, -1)}0`;
    const unknown = await rig.exec([{ text: 'no' }], ['resume', wrong, 'x']);
    expect(unknown).toMatchObject({ code: 2, out: '' });
    expect(unknown.err).toMatch(new RegExp(`no session has the id or name '${wrong}'\nhint: did you mean .*${id}`));
    expect(await rig.rows()).toHaveLength(2);
  });

  it('does not disturb a run of another process, and goes on after it', { timeout: 20_000 }, async () => {
    const rig = makeExecRig();
    const steps = [{ calls: [{ name: 'shell_command', arguments: { command: 'echo begun; sleep 60' } }] }];
    const script = rig.home.write('../sleeping.yaml', JSON.stringify(steps));
    const given = ['-c', `model_providers.scripted.script="${script}"`, '--provider', 'scripted'];
    const env = { CODEX_HOME: rig.home.path, HOME: join(rig.work, '..') };
    const child = startProgram(['exec', '--json', '-s', sandboxMode, ...given, 'go'], { cwd: rig.work, env });
    child.stdin?.end();
    let said = '';
    child.stdout?.on('data', (chunk) => {
      said += chunk;
    });
    const outcome = finish(child);
    await expect.poll(() => said, { timeout: 10_000 }).toContain('begun');
    const [row] = await rig.rows();
    expect(row).toMatchObject({ live: true });
    const [threadId, path] = [row?.thread_id as string, row?.path as string];
    const before = readFileSync(path);
    for (const name of [[threadId], [path], ['--last']]) {
      const { code, out, err } = await rig.exec([{ text: 'no' }], ['resume', ...name, 'x']);
      expect({ code, out }).toEqual({ code: 5, out: '' });
      expect(err).toMatch(new RegExp(`^sessions: .*${child.pid}.* has session ${threadId} open`, 'm'));
    }
    expect(readFileSync(path).equals(before)).toBe(true);
    child.kill('SIGINT');
    expect((await outcome).code).toBe(130);
    const again = await rig.exec([{ expect: 'go on', text: 'fine' }], ['resume', path, 'go on']);
    expect(again).toMatchObject({ code: 0, out: 'fine\n' });
  });
});

function linked(path: string, work: string): string {
  symlinkSync(join(path, '..'), join(work, 'link'));
  return join(work, 'link', path.split('/').at(-1) as string);
}
