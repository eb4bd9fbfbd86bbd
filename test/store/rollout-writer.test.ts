import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { newRolloutPath } from '../../src/store/create-rollout.ts';
import { homeAt } from '../../src/store/home.ts';
import { lockPath } from '../../src/store/locks.ts';
import { newRolloutWriter, openRolloutWriter } from '../../src/store/writer/open-writer.ts';
import { envelope, idOf, jsonl, makeHome, record, type TestHome, turn, zstdFrame } from '../builders.ts';
import { holdLock, killHolder } from '../support/lock-holder.ts';

const id = idOf(1);
const wait = { clock: systemClock, ms: 200 };
const now = Date.parse('2026-03-04T05:06:07Z');
const session = jsonl(envelope(record.meta(id), ...turn('hello')));

describe('a new rollout', () => {
  it('is there, under the name that Codex would give it, when there is something in it', async () => {
    const { home, writer } = await begun();
    expect(writer.path).toBe(newRolloutPath(home, id, now));
    expect(writer.path).toMatch(/sessions\/2026\/03\/0\d\/rollout-2026-03-0\dT\d\d-06-07-01980000-0001-.*\.jsonl$/);
    expect(existsSync(home.sessions)).toBe(false);
    const ack = writer.append('{"a":1}');
    await ack.written;
    expect(readFileSync(writer.path, 'utf8')).toBe('{"a":1}\n');
    await writer.append('{"b":2}').durable;
    await writer.close();
    expect(readFileSync(writer.path, 'utf8')).toBe('{"a":1}\n{"b":2}\n');
    expect(statSync(writer.path).mode & 0o777).toBe(0o600);
    expect(statSync(home.sessions).mode & 0o777).toBe(0o700);
    expect(statSync(writer.path).nlink).toBe(1);
    expect(readdirSync(join(home.path, '.sessions/tmp'))).toEqual([]);
  });

  it('is none when nothing was recorded', async () => {
    const { home, writer } = await begun();
    await writer.close();
    expect(existsSync(home.sessions)).toBe(false);
    expect(existsSync(lockPath(home, id))).toBe(false);
  });

  it('never takes the place of a file', async () => {
    const { home, writer } = await begun();
    mkdirSync(join(writer.path, '..'), { recursive: true });
    writeFileSync(writer.path, 'precious');
    await expect(writer.append('{}').written).rejects.toMatchObject({ kind: 'refused', exit: 4 });
    await expect(writer.close()).rejects.toMatchObject({ kind: 'refused' });
    expect(readFileSync(writer.path, 'utf8')).toBe('precious');
    expect(spilled(home.path)).toBe('{}\n');
  });

  it('is not made behind a link', async () => {
    const { home, writer } = await begun();
    const elsewhere = makeHome().path;
    mkdirSync(home.sessions);
    symlinkSync(elsewhere, join(home.sessions, '2026'));
    await expect(writer.append('{}').durable).rejects.toMatchObject({ kind: 'refused' });
    await expect(writer.close()).rejects.toMatchObject({ kind: 'refused' });
    expect(readdirSync(elsewhere, { recursive: true }).filter((name) => String(name).endsWith('.jsonl'))).toEqual([]);
  });

  it('is under the same lock as Codex, for as long as it is open', async () => {
    const { home, writer } = await begun();
    await expect(newRolloutWriter(home, id, now, wait)).rejects.toMatchObject({ kind: 'busy', exit: 5 });
    expect(await tryFlock(lockPath(home, id))).toBe(false);
    await writer.close();
    expect(existsSync(lockPath(home, id))).toBe(false);
  });

  it('leaves nothing of runs that died, and everything of those that live', async () => {
    const { home, writer } = await begun();
    const folder = join(home.path, '.sessions/tmp');
    mkdirSync(folder, { recursive: true });
    const names = [`new-${id}`, `new-${idOf(2)}`, `zst-${idOf(3)}`, `spill-${idOf(2)}-1.jsonl`, 'name-index-x'];
    for (const name of names) writeFileSync(join(folder, name), 'x');
    const other = await newRolloutWriter(home, idOf(9), now, wait);
    expect(readdirSync(folder).sort()).toEqual(['name-index-x', `new-${id}`, `spill-${idOf(2)}-1.jsonl`]);
    await writer.close();
    await other.close();
  });
});

describe('a batch', () => {
  it('keeps the order of the calls, whatever their size', async () => {
    const { writer } = await begun();
    const lines = Array.from({ length: 300 }, (_, n) =>
      JSON.stringify({ n, pad: 'x'.repeat(n % 7 === 0 ? 50_000 : n) }),
    );
    const order: number[] = [];
    const acks = lines.map((line, n) => writer.append(line).written.then(() => order.push(n)));
    await Promise.all(acks);
    await writer.close();
    expect(readFileSync(writer.path, 'utf8')).toBe(lines.map((line) => `${line}\n`).join(''));
    expect(order).toEqual(lines.map((_, n) => n));
  });

  it('waits a moment for more, but not at a barrier', async () => {
    let slept = 0;
    const clock = {
      now: () => now,
      sleep: (_ms: number, signal?: AbortSignal) => {
        slept++;
        return new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
      },
    };
    const home = homeAt(makeHome().path);
    const writer = await newRolloutWriter(home, id, now, { clock });
    const ack = writer.append('{"a":1}');
    expect(await settledWithin(ack.written, 120)).toBe(false);
    await writer.barrier();
    await ack.durable;
    expect(slept).toBe(1);
    writer.append('{"b":2}');
    const big = writer.append(`"${'x'.repeat(1024 * 1024)}"`);
    await big.written;
    await writer.close();
    await writer.barrier();
  });

  it('leaves the program free for other work', async () => {
    const { writer } = await begun();
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    for (let n = 0; n < 40; n++) writer.append(`"${'x'.repeat(1024 * 1024)}"`);
    await writer.barrier();
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
    await writer.close();
  });

  it('is refused after the end', async () => {
    const { writer } = await begun();
    await writer.close();
    await writer.close();
    await expect(writer.append('{}').written).rejects.toMatchObject({ kind: 'trouble' });
  });
});

describe('a rollout that is written on', () => {
  it('keeps its bytes, and its lock while it is open', async () => {
    const { home, path } = existing(session);
    const { writer, dialect, nextOrdinal, tail } = await openRolloutWriter(home, id, path, wait);
    expect({ dialect, nextOrdinal, tail }).toEqual({ dialect: 'envelope', nextOrdinal: null, tail: null });
    expect(await tryFlock(lockPath(home, id))).toBe(false);
    writer.append('{"more":true}');
    await writer.close();
    expect(readFileSync(path, 'utf8')).toBe(`${session}{"more":true}\n`);
  });

  it('is refused while another process has it', async () => {
    const { home, path } = existing(session);
    await (await newRolloutWriter(home, idOf(2), now, wait)).close();
    const holder = await holdLock(lockPath(home, id));
    await expect(openRolloutWriter(home, id, path, wait)).rejects.toMatchObject({ kind: 'busy', exit: 5 });
    await killHolder(holder);
    await (await openRolloutWriter(home, id, path, wait)).writer.close();
  });

  it('is refused while a Codex that takes no locks has it', async () => {
    const { home, path } = existing(session);
    const writing = spawn('sh', ['-c', 'exec 3>>"$0"; echo open; exec sleep 60', path], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(writing.stdout, 'data');
    await expect(openRolloutWriter(home, id, path, wait)).rejects.toMatchObject({
      kind: 'busy',
      message: expect.stringContaining('sleep'),
    });
    await killHolder(writing);
    expect(existsSync(lockPath(home, id))).toBe(false);
  });

  it.each([
    ['torn', '{"timestamp":"2026-01-02T03:0', false],
    ['a hole', '\0'.repeat(512), false],
    ['half a character', Buffer.from([0x7b, 0x22, 0xc3]), false],
    ['whole but for its end', session.slice(session.lastIndexOf('\n', session.length - 2) + 1, -1), true],
  ])('whose last line is %s: the next stands alone, and it is told', async (_case, end, isRecord) => {
    const before = Buffer.concat([Buffer.from(session), Buffer.from(end)]);
    const { home, path } = existing(before);
    const { writer, tail } = await openRolloutWriter(home, id, path, wait);
    expect(tail).toEqual({ offset: Buffer.byteLength(session), length: Buffer.from(end).length, isRecord });
    writer.append('{"more":true}');
    writer.append('{"more":2}');
    await writer.close();
    expect(readFileSync(path)).toEqual(Buffer.concat([before, Buffer.from('\n{"more":true}\n{"more":2}\n')]));
  });

  it('has an unfinished last line of megabytes', async () => {
    const torn = `{"type":"response_item","payload":{"text":"${'y'.repeat(5_000_000)}`;
    const { home, path } = existing(paginated([0, 1]) + torn);
    const opened = await openRolloutWriter(home, id, path, wait);
    expect(opened.tail).toMatchObject({ length: torn.length, isRecord: false });
    expect(opened.nextOrdinal).toBe(2);
    await opened.writer.close();
  });

  it.each([
    ['a link', 'refused', 4],
    ['a second name', 'refused', 4],
    ['nothing', 'usage', 2],
    ['a folder', 'findings', 1],
    ['the stream of `show`', 'usage', 2],
    ['a session of Codex 0.29', 'usage', 2],
    ['empty', 'usage', 2],
  ])('is none where there is %s', async (what, kind, exit) => {
    const { home, path } = existing(session);
    const target = join(home.path, 'target');
    if (what === 'a second name') linkSync(path, target);
    else {
      renameSync(path, target);
      if (what === 'a link') symlinkSync(target, path);
      if (what === 'a folder') mkdirSync(path);
      if (what === 'empty') writeFileSync(path, '');
      if (what.includes('0.29'))
        writeFileSync(path, `{"id":"${id}","timestamp":"2025-08-01T00:00:00Z","instructions":null}\n`);
      if (what.includes('show')) {
        writeFileSync(path, '{"thread_id":null,"seq":0,"timestamp":null,"turn":0,"type":"SessionMeta","meta":{}}\n');
      }
    }
    const opening = openRolloutWriter(home, id, path, wait);
    if (what === 'a link')
      await expect(opening).rejects.toMatchObject({ message: expect.stringContaining('symbolic link') });
    else await expect(opening).rejects.toMatchObject({ kind, exit });
    expect(existsSync(lockPath(home, id))).toBe(false);
  });
});

describe('the next ordinal', () => {
  it.each([
    ['one more than the last', paginated([0, 1, 2]), 3],
    ['that of a file which continues another', paginated([40, 41]), 42],
    ['after a gap', paginated([0, 1, 7]), 8],
    ['after a torn record', `${paginated([0, 1])}{"timestamp":"2026-01-02T03:04:05.000Z","ordinal":2,"ty`, 2],
    ['after lines that are no records', `${paginated([0, 1])}not json\n\n[1]\n`, 2],
    ['after records without one in the middle', paginated([0, null, 2]), 3],
  ])('is %s', async (_case, content, expected) => {
    const { home, path } = existing(content);
    const { writer, dialect, nextOrdinal } = await openRolloutWriter(home, id, path, wait);
    expect({ dialect, nextOrdinal }).toEqual({ dialect: 'paginated', nextOrdinal: expected });
    await writer.close();
  });

  it.each([
    ['none', paginated([0, 1, null])],
    [
      'one that is no number',
      `${paginated([0, 1])}{"timestamp":"t","ordinal":18446744073709551615,"type":"a","payload":{}}\n`,
    ],
    ['a negative one', `${paginated([0, 1])}{"timestamp":"t","ordinal":-1,"type":"a","payload":{}}\n`],
  ])('is not guessed when the last record has %s', async (_case, content) => {
    const { home, path } = existing(content);
    await expect(openRolloutWriter(home, id, path, wait)).rejects.toMatchObject({
      kind: 'trouble',
      exit: 2,
      place: { file: path, line: 3, offset: paginated([0, 1]).length },
    });
    expect(readFileSync(path, 'utf8')).toBe(content);
  });
});

describe('a compressed rollout', () => {
  it('is taken out, with its time and its permissions', async () => {
    const { home, path } = existing(session, true);
    chmodSync(path, 0o640);
    utimesSync(path, 1_700_000_000.25, 1_700_000_000.25);
    const { writer } = await openRolloutWriter(home, id, path, wait);
    const plain = path.slice(0, -4);
    expect([writer.path, existsSync(path), readFileSync(plain, 'utf8')]).toEqual([plain, false, session]);
    expect([statSync(plain).mode & 0o777, statSync(plain).mtimeMs]).toEqual([0o640, 1_700_000_000_250]);
    await writer.close();
  });

  it.each([
    ['before its session_meta', ''],
    ['behind it', `${randomBytes(400_000).toString('base64')}\n`],
  ])('stays as it is when it is damaged %s', async (_, more) => {
    const { home, path } = existing(session + more, true);
    const cut = readFileSync(path).subarray(0, -20);
    writeFileSync(path, cut);
    await expect(openRolloutWriter(home, id, path, wait)).rejects.toMatchObject({ kind: 'trouble' });
    expect(readFileSync(path)).toEqual(cut);
    expect(readdirSync(join(path, '..'))).toHaveLength(1);
    const temps = join(home.path, '.sessions/tmp');
    expect(existsSync(temps) ? readdirSync(temps) : []).toEqual([]);
  });

  it('goes when a killed run left it beside its twin, and stays when it holds something else', async () => {
    const { home, path } = existing(session);
    writeFileSync(`${path}.zst`, zstdFrame(session));
    await (await openRolloutWriter(home, id, path, wait)).writer.close();
    expect(existsSync(`${path}.zst`)).toBe(false);
    writeFileSync(`${path}.zst`, zstdFrame(`${session}{}\n`));
    await (await openRolloutWriter(home, id, `${path}.zst`, wait)).writer.close();
    expect(existsSync(`${path}.zst`)).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe(session);
  });
});

describe('a rollout that somebody else touches while it is written', () => {
  it('is saved whole when it was removed', async () => {
    const { home, path } = existing(session);
    const { writer } = await openRolloutWriter(home, id, path, wait);
    await writer.append('{"first":1}').durable;
    rmSync(path);
    const ack = writer.append('{"second":2}');
    await expect(ack.written).rejects.toMatchObject({ kind: 'trouble', exit: 2, place: { file: path } });
    await expect(ack.durable).rejects.toThrow(/was removed .*; the last record is in .*\/\.sessions\/tmp\/spill-/);
    await expect(writer.append('{"third":3}').written).rejects.toMatchObject({ kind: 'trouble' });
    await expect(writer.barrier()).rejects.toMatchObject({ kind: 'trouble' });
    await expect(writer.close()).rejects.toMatchObject({ kind: 'trouble' });
    expect(spilled(home.path)).toBe(`${session}{"first":1}\n{"second":2}\n`);
    expect(existsSync(path)).toBe(false);
    expect(existsSync(lockPath(home, id))).toBe(false);
  });

  it('is not followed when it was moved', async () => {
    const { home, path } = existing(session);
    const { writer } = await openRolloutWriter(home, id, path, wait);
    await writer.append('{"first":1}').durable;
    renameSync(path, `${path}.moved`);
    await expect(writer.append('{"second":2}').written).rejects.toThrow(/was moved or replaced/);
    await expect(writer.close()).rejects.toMatchObject({ kind: 'trouble' });
    expect(spilled(home.path)).toBe('{"second":2}\n');
    expect(readFileSync(`${path}.moved`, 'utf8')).toContain('{"first":1}\n');
  });

  it('keeps lines apart when another process leaves half of one', async () => {
    const { home, path } = existing(session);
    const { writer } = await openRolloutWriter(home, id, path, wait);
    await writer.append('{"first":1}').durable;
    appendFileSync(path, '{"theirs":1}\n{"half');
    await writer.append('{"second":2}').durable;
    await writer.append('{"third":3}').durable;
    await writer.close();
    const after = '{"first":1}\n{"theirs":1}\n{"half\n{"second":2}\n{"third":3}\n';
    expect(readFileSync(path, 'utf8')).toBe(session + after);
  });
});

async function begun() {
  const home = homeAt(makeHome().path);
  return { home, writer: await newRolloutWriter(home, id, now, wait) };
}

function existing(content: string | Uint8Array, compressed = false) {
  const made: TestHome = makeHome();
  const path = made.rollout(id, content, { compressed });
  return { home: homeAt(made.path), path };
}

/** A paginated session of records with these ordinals; null for one that has none. */
function paginated(ordinals: (number | null)[]): string {
  const entries = [
    record.meta(id, { history_mode: 'paginated' }),
    ...ordinals.slice(1).map((n) => record.userEvent(`${n}`)),
  ];
  const lines = envelope(...entries);
  return jsonl(
    lines.map(({ timestamp, type, payload }, index) => {
      const ordinal = ordinals[index];
      return { timestamp, ...(ordinal !== null && { ordinal }), type, payload };
    }),
  );
}

function spilled(home: string): string {
  const folder = join(home, '.sessions/tmp');
  const names = readdirSync(folder);
  expect(names).toEqual([expect.stringMatching(/^spill-.*-1\.jsonl$/)]);
  expect(statSync(join(folder, names[0] as string)).mode & 0o777).toBe(0o600);
  return readFileSync(join(folder, names[0] as string), 'utf8');
}

async function settledWithin(promise: Promise<void>, ms: number): Promise<boolean> {
  return Promise.race([promise.then(() => true), new Promise<boolean>((resolve) => setTimeout(resolve, ms, false))]);
}

/** Whether another process can take the lock at once. */
async function tryFlock(path: string): Promise<boolean> {
  const [code] = await once(spawn('flock', ['-xn', path, 'true'], { stdio: 'ignore' }), 'exit');
  return code === 0;
}
