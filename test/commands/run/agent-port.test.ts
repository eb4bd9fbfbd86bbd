import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateEvent } from '../../../src/format/event-schema.ts';
import type { Event } from '../../../src/model/event.ts';
import { eventLine } from '../../../src/model/event-line.ts';
import type { LiveEvent } from '../../../src/model/live-session.ts';
import { envelope, idOf, record, turn } from '../../builders.ts';
import { linesOf, makeExecRig } from '../../cli/exec-rig.ts';
import { hasSandbox } from '../../support/sandbox-mode.ts';
import { makePortRig, never, openLive } from './port-rig.ts';

const shell = (command: string, more: object = {}) => ({ name: 'shell_command', arguments: { command, ...more } });
const say = (text: string, images: string[] = []) => ({ text, images });

/** As they are printed. */
function recordsOf(events: readonly LiveEvent[]): Event[] {
  return events.flatMap((event) => (event.type === 'record' ? [JSON.parse(eventLine(event.event, false))] : []));
}

describe('a live session', () => {
  const steps = [
    { reasoning: 'Thinking.', text: 'I look.', calls: [shell('echo found it')], usage: { input: 10, output: 5 } },
    {
      expect: 'found it',
      calls: [{ name: 'update_plan', arguments: { plan: [{ step: 'look', status: 'completed' }] } }],
    },
    { text: 'It is there.', usage: { input: 20, output: 5 } },
  ];

  it('records what exec records for the same script', async () => {
    const [mine, theirs] = [makePortRig(), makeExecRig()];
    const { session } = await openLive(mine.scripted(steps));
    expect(await session.turn(say('where is it?'), never)).toEqual({ outcome: 'completed', error: null });
    expect(await session.close()).toEqual([]);
    expect((await theirs.exec(steps, ['where is it?'])).code).toBe(0);
    const [own] = await mine.rig.rows();
    const [other] = await theirs.rows();
    expect(own).toMatchObject({ source: 'cli', turns: 1, tool_calls: 2, tokens_used: 40, live: false, damage: [] });
    expect(own?.path).toMatch(/\.jsonl\.zst$/);
    const raw = async (rig: typeof theirs, id: string) =>
      sameForBoth(linesOf((await rig.run(['show', '--raw', id])).out), rig.work);
    expect(await raw(mine.rig, own?.thread_id as string)).toEqual(await raw(theirs, other?.thread_id as string));
    expect((await mine.rig.run(['validate'])).code).toBe(0);
  });

  it('tells of its records as show prints them, and of what comes between', async () => {
    const { rig, scripted } = makePortRig();
    const { session, events } = await openLive(scripted([...steps, { text: 'again' }]));
    await session.turn(say('where is it?'), never);
    await session.turn(say('sure?'), never);
    await session.close();
    const records = recordsOf(events);
    for (const event of records) expect(validateEvent(event)).toMatchObject({ ok: true });
    expect(records).toEqual(withoutSchema(await rig.events(session.threadId)));
    const text = events.flatMap((event) => (event.type === 'text' ? [event.text] : []));
    expect(text.join('')).toBe('I look.It is there.again');
    expect(events.filter(({ type }) => type === 'call')).toHaveLength(2);
    expect(events.some((event) => event.type === 'output' && event.text.includes('found it'))).toBe(true);
  });

  it('goes on counting in a session that is resumed, also after a compaction', async () => {
    const { rig, scripted } = makePortRig();
    const first = await openLive(scripted([{ text: 'one' }]));
    await first.session.turn(say('a'), never);
    await first.session.close();
    const id = first.session.threadId;
    const again = await openLive(scripted([{ text: 'two' }, { text: 'a summary' }, { text: 'three' }]), {
      ...{ kind: 'resumed', threadId: id },
    });
    expect(again.session.facts).toMatchObject({ turns: 1, provider: 'scripted', cwd: rig.work, name: null });
    await again.session.turn(say('b'), never);
    expect(await again.session.compact(never)).toBeNull();
    await again.session.turn(say('c'), never);
    await again.session.close();
    const all = withoutSchema(await rig.events(id));
    expect([...recordsOf(first.events), ...recordsOf(again.events)]).toEqual(all);
    expect(all.at(-1)?.turn).toBe(3);
  });

  it('says what is wrong with an input, and takes the next one', async () => {
    const { rig, scripted } = makePortRig();
    const { session, events } = await openLive(scripted([{ text: 'fine' }]));
    writeFileSync(join(rig.work, 'text.png'), 'no image');
    const end = await session.turn(say('look', [join(rig.work, 'text.png')]), never);
    expect(end).toEqual({ outcome: 'failed', error: expect.stringContaining('text.png: is no PNG'), isUnsaid: true });
    const gone = await session.turn(say('look', ['~/gone.png']), never);
    expect(gone.error).toMatch(/^\/[^~]*\/gone\.png: no such file or directory$/);
    expect(recordsOf(events)).toEqual([]);
    expect((await session.turn(say('go on'), never)).outcome).toBe('completed');
    await session.close();
  });

  it('is interrupted, stays plain, and takes the next turn', async () => {
    const { rig, scripted } = makePortRig();
    const { session, events } = await openLive(scripted([{ calls: [shell('sleep 60')] }, { text: 'there' }]));
    const stop = new AbortController();
    const turn = session.turn(say('wait'), stop.signal);
    while (!recordsOf(events).some(({ type }) => type === 'ResponseItem')) await pause();
    setTimeout(() => stop.abort(), 200);
    expect(await turn).toEqual({ outcome: 'interrupted', error: null });
    expect((await session.turn(say('go on'), never)).outcome).toBe('completed');
    await session.close();
    const kinds = (await rig.events(session.threadId)).map((event) => event.type === 'EventMsg' && event.msg.type);
    expect(kinds.filter((kind) => kind === 'TurnAborted')).toHaveLength(1);
  });

  it('leaves a session that nothing was said in as it was, and records nothing of a new one', async () => {
    const { rig, scripted } = makePortRig();
    const { session } = await openLive(scripted([]));
    await session.close();
    expect(rig.files().filter((file) => file.startsWith('sessions/'))).toEqual([]);
    rig.home.write('.sessions/config.toml', 'compress = "never"\n');
    const made = await openLive(scripted([{ text: 'one' }]));
    await made.session.turn(say('a'), never);
    await made.session.close();
    rig.home.write('.sessions/config.toml', 'compress = "exit"\n');
    const path = (await rig.rows())[0]?.path as string;
    const before = readFileSync(path);
    const again = await openLive(scripted([]), { kind: 'resumed', threadId: made.session.threadId });
    await again.session.close();
    expect(readFileSync(path)).toEqual(before);
  });

  it('is named as soon as there is something to name', async () => {
    const { rig, scripted } = makePortRig();
    const { session } = await openLive(scripted([{ text: 'one' }], { name: 'the search' }));
    await session.turn(say('a'), never);
    await session.close();
    expect(await rig.rows()).toMatchObject([{ thread_id: session.threadId, name: 'the search' }]);
  });

  it('gets the name also when it is opened anew before anything was said, and no later one does', async () => {
    const { rig, scripted } = makePortRig();
    const ports = scripted([{ text: 'one' }], { name: 'the search' });
    await (await openLive(ports)).session.close();
    for (const words of ['a', 'b']) {
      const { session } = await openLive(ports, undefined, { model: 'other' });
      await session.turn(say(words), never);
      await session.close();
    }
    const names = (await rig.rows()).map(({ first_message, name }) => [first_message, name]);
    expect(names.sort()).toEqual([
      ['a', 'the search'],
      ['b', null],
    ]);
  });

  it('asks more often than Node takes for a fault', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on('warning', onWarning);
    const { scripted } = makePortRig();
    const calls = Array.from({ length: 12 }, (_, n) => shell(`echo ${n}`, { with_escalated_permissions: true }));
    const { session, asked } = await openLive(scripted([{ calls }, { text: 'done' }]), undefined, {
      approvals: 'on-request',
    });
    expect((await session.turn(say('go'), never)).outcome).toBe('completed');
    await session.close();
    process.off('warning', onWarning);
    expect(asked).toHaveLength(hasSandbox ? 12 : 0);
    expect(warnings).toEqual([]);
  });

  it('tells at its end what went wrong, on no stream', async () => {
    const { rig, io, scripted } = makePortRig();
    rig.home.write('.sessions/config.toml', '[seal]\nauto = true\n');
    const { session } = await openLive(scripted([{ text: 'one' }]));
    await session.turn(say('a'), never);
    expect(await session.close()).toEqual([expect.stringContaining('the session was not sealed')]);
    expect(io.errText).toBe('');
  });
});

describe.skipIf(!hasSandbox)('approvals', () => {
  const steps = [
    { calls: [shell('touch asked', { with_escalated_permissions: true, justification: 'because' })] },
    { text: 'done' },
  ];

  it('are asked for with all that is to be known, and recorded', async () => {
    const { rig, scripted } = makePortRig();
    const { session, asked } = await openLive(scripted(steps));
    await session.turn(say('go'), never);
    await session.close();
    expect(asked).toEqual([
      {
        ...{ callId: expect.any(String), kind: 'command', summary: expect.stringContaining('touch asked') },
        ...{ reason: 'because', cwd: rig.work, sandbox: expect.stringMatching(/^none: /) },
      },
    ]);
    expect(existsSync(join(rig.work, 'asked'))).toBe(true);
    const approvals = (await rig.events(session.threadId)).filter(
      (event) => event.type === 'ResponseItem' && event.item.type === 'approval',
    );
    expect(approvals).toMatchObject([{ item: { decision: 'approved', by: 'user' } }]);
  });

  it('are declined with what the agent is told', async () => {
    const { rig, scripted } = makePortRig();
    const answer = { decision: 'declined' as const, reason: 'not today' };
    const { session } = await openLive(scripted([steps[0], { expect: 'not today', text: 'ok' }]), undefined, {
      answer,
    });
    expect(await session.turn(say('go'), never)).toEqual({ outcome: 'completed', error: null });
    await session.close();
    expect(existsSync(join(rig.work, 'asked'))).toBe(false);
  });

  it('are decided by another policy when the session is opened again with it', async () => {
    const { scripted } = makePortRig();
    const { session, asked } = await openLive(scripted(steps), undefined, { approvals: 'never', model: 'other' });
    expect(session.facts).toMatchObject({ approvals: 'never', model: 'other' });
    await session.turn(say('go'), never);
    await session.close();
    expect(asked).toEqual([]);
  });
});

describe('a fork', () => {
  it('has all turns or those before one, of a session that is open', async () => {
    const { rig, scripted } = makePortRig();
    const ports = scripted([{ text: 'one' }, { text: 'two' }]);
    const { session } = await openLive(ports);
    await session.turn(say('a'), never);
    await session.turn(say('b'), never);
    const whole = await ports.agents.fork(session.threadId, null);
    const before = await ports.agents.fork(session.threadId, 2);
    await session.close();
    expect([whole.turn, before.turn]).toEqual([2, 1]);
    const rows = await rig.rows();
    expect(rows.find((row) => row.thread_id === whole.threadId)).toMatchObject({ turns: 2 });
    expect(rows.find((row) => row.thread_id === before.threadId)).toMatchObject({
      ...{ turns: 1, forked_from_id: session.threadId },
    });
    await expect(ports.agents.fork(session.threadId, 1)).rejects.toMatchObject({ kind: 'usage' });
  });
});

it('a new session can be set as one that is open, whatever the configuration says', async () => {
  const { rig, scripted } = makePortRig();
  const flags = { provider: 'scripted', model: 'a-model', sandbox: 'danger-full-access', approval: 'never' };
  const made = await openLive(scripted([{ text: 'one' }], { flags }));
  await made.session.turn(say('a'), never);
  await made.session.close();
  const other = join(rig.work, 'other');
  mkdirSync(other);
  const ports = scripted([{ text: 'anew' }], { flags: {} });
  const resumed = await openLive(ports, { kind: 'resumed', threadId: made.session.threadId }, { cwd: other });
  const { session } = await openLive(ports, { kind: 'new', like: made.session.threadId }, { cwd: other });
  expect(session.facts).toEqual({ ...resumed.session.facts, turns: 0 });
  expect(session.facts).toMatchObject({ provider: 'scripted', model: 'a-model', approvals: 'never', cwd: other });
  await resumed.session.close();
  expect(await session.turn(say('b'), never)).toMatchObject({ outcome: 'completed' });
  await session.close();
  await expect(openLive(ports)).rejects.toMatchObject({ kind: 'usage' });
});

it('an archived session is not opened, and says why', async () => {
  const { rig, scripted } = makePortRig();
  const made = await openLive(scripted([{ text: 'one' }]));
  await made.session.turn(say('a'), never);
  await made.session.close();
  await rig.run(['archive', made.session.threadId]);
  const opening = openLive(scripted([]), { kind: 'resumed', threadId: made.session.threadId });
  await expect(opening).rejects.toMatchObject({ kind: 'usage', message: expect.stringContaining('is archived') });
});

it('a session whose folder is gone is not opened, and the list is named, which can be had without an option', async () => {
  const { rig, portsWith } = makePortRig();
  const cwd = join(rig.work, 'gone');
  rig.home.rollout(idOf(1), envelope(record.meta(idOf(1), { cwd }), ...turn('one')));
  const opening = openLive(portsWith(), { kind: 'resumed', threadId: idOf(1) });
  await expect(opening).rejects.toMatchObject({
    hint: expect.stringMatching(/--cd, or choose .* in the list of resume/),
  });
});

function withoutSchema(events: readonly Event[]): Event[] {
  return events.map(({ schema: _, ...event }) => event as Event);
}

/** Without what differs from run to run. */
function sameForBoth(lines: readonly unknown[], work: string): unknown {
  const ids = new Map<string, string>();
  const text = JSON.stringify(lines)
    .replaceAll(work, '/work')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[a-z]+_[0-9a-f]{24}/g, (id) => {
      if (!ids.has(id)) ids.set(id, `ID-${ids.size}`);
      return ids.get(id) as string;
    })
    .replaceAll(/Wall time: [\d.]+/g, 'Wall time: T')
    .replaceAll(/"(started_at|completed_at|duration_ms)":\d+/g, '"$1":0')
    .replaceAll(/"(source|originator)":"[^"]*"/g, '"$1":"S"');
  return JSON.parse(text);
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 20));
}
