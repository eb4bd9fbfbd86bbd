import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { envelope, idOf, jsonl, makeFolder, makeHome, offsetOf, paginated, record, turn } from '../builders.ts';
import { publishedSchemas } from '../schemas/published.ts';
import { runHere } from '../support/run-here.ts';
import { SealedHome, sessionLines } from '../support/sealed-home.ts';

const [one, two, three] = [idOf(1), idOf(2), idOf(3)];
const ajv = new Ajv2020({ schemas: publishedSchemas(), strict: false, validateFormats: false });
const folder = makeFolder();

const runIn = (home: string, args: string[], stdin?: Uint8Array) =>
  runHere(args, { env: { CODEX_HOME: home, PATH: process.env.PATH ?? '' }, ...(stdin && { stdin }) });
const importInto = async (home: string, ...args: string[]) => {
  const { code, out, err } = await runIn(home, ['import', '--json', ...args]);
  const records = parsed(out);
  for (const one of records)
    expect(ajv.validate('urn:agent-sessions:schema:imported:1', one), ajv.errorsText()).toBe(true);
  return { code, err, records, first: records[0] };
};
const parsed = (out: Buffer) =>
  out
    .toString()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
const filesOf = (home: string) =>
  readdirSync(home, { recursive: true, withFileTypes: true })
    .filter(
      (entry) =>
        entry.isFile() && !entry.parentPath.includes('.sessions') && !/lock/.test(join(entry.parentPath, entry.name)),
    )
    .map((entry) => join(entry.parentPath, entry.name).slice(home.length + 1))
    .sort();
const turnLines = (text: string) => envelope(...turn(text));
let count = 0;
const put = (content: string | Uint8Array, name = `${++count}.jsonl`) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

describe('a rollout', () => {
  it('keeps its bytes, its name and its form, and is brought in once', async () => {
    const from = makeHome();
    const paths = [
      from.rollout(one, sessionLines(one, 2)),
      from.rollout(two, sessionLines(two, 1), { compressed: true, archived: true }),
    ];
    const to = makeHome();
    const { code, records } = await importInto(to.path, ...paths);
    expect([code, records.map(({ status, source, archived }) => [status, source, archived])]).toEqual([
      0,
      [
        ['imported', 'rollout', false],
        ['imported', 'rollout', false],
      ],
    ]);
    for (const [index, { path }] of records.entries()) {
      expect(readFileSync(path).equals(readFileSync(paths[index] as string))).toBe(true);
    }
    const before = filesOf(to.path);
    expect((await importInto(to.path, ...paths)).records.map(({ status }) => status)).toEqual(['present', 'present']);
    expect(filesOf(to.path)).toEqual(before);
    expect(
      (await runIn(to.path, ['ls', '-q', '--no-index'])).out.toString().split('\n').filter(Boolean).sort(),
    ).toEqual([one, two]);
  });

  it('is taken from standard input, named, archived, and only looked at', async () => {
    const to = makeHome();
    const bytes = Buffer.from(jsonl(sessionLines(one, 1)));
    const dry = await runIn(to.path, ['import', '-n', '--json', '-'], bytes);
    expect([dry.code, parsed(dry.out)[0].status, filesOf(to.path)]).toEqual([0, 'would-import', []]);
    const { code, out } = await runIn(to.path, ['import', '--archived', '--name', 'from afar', '-'], bytes);
    expect([code, out.toString()]).toEqual([0, expect.stringContaining(one)]);
    expect(filesOf(to.path)).toEqual([
      expect.stringMatching(/^archived_sessions\/rollout-.*\.jsonl$/),
      'session_index.jsonl',
    ]);
    expect((await runIn(to.path, ['show', 'from afar'])).code).toBe(0);
  });

  it('does not take the place of another one, but comes in with new ids', async () => {
    const to = makeHome();
    const there = to.rollout(one, sessionLines(one, 1));
    const before = readFileSync(there);
    const source = put(jsonl(sessionLines(one, 3)));
    const refused = await importInto(to.path, source);
    expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('--new-ids')]);
    const { code, first } = await importInto(to.path, '--new-ids', source);
    expect([code, first.original_thread_id]).toEqual([0, one]);
    expect(first.thread_id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(readFileSync(there).equals(before)).toBe(true);
    const made = readFileSync(first.path, 'utf8');
    expect(made.replace(first.thread_id, one)).toBe(readFileSync(source, 'utf8'));
    expect((await runIn(to.path, ['show', first.thread_id])).code).toBe(0);
  });

  it('that goes on from a file which is not there is refused', async () => {
    const base = { thread_id: two, end_ordinal_exclusive: 1, end_byte_offset: 10 };
    const meta = record.meta(one, { history_mode: 'paginated', history_base: base });
    const source = put(jsonl(paginated(1, meta, ...turn('x'))));
    const to = makeHome();
    const { code, err } = await importInto(to.path, source);
    expect([code, err, filesOf(to.path)]).toEqual([4, expect.stringContaining('--format bundle'), []]);
    to.rollout(two, paginated(0, record.meta(two, { history_mode: 'paginated' }), ...turn('y')));
    for (const args of [['--new-ids'], []]) expect((await importInto(to.path, ...args, source)).code).toBe(0);
  });

  it('is refused when it is cut off, or something else, with the place', async () => {
    const to = makeHome();
    const whole = jsonl(sessionLines(one, 1));
    const torn = put(whole.slice(0, -30));
    const cut = await importInto(to.path, torn);
    const line = whole.trimEnd().split('\n').length;
    expect([cut.code, cut.err]).toEqual([1, expect.stringContaining(`:${line}`)]);
    for (const other of ['hello\n', '{"a":1}\n', '[]\n', '']) {
      expect([other, (await importInto(to.path, put(other))).code]).toEqual([other, 1]);
    }
    expect((await importInto(to.path, join(folder, 'none.jsonl'))).code).toBe(2);
    expect((await importInto(to.path, put(jsonl(envelope(record.meta('no-id')))))).code).toBe(1);
    expect(filesOf(to.path)).toEqual([]);
  });
});

describe('a rollout that another one stands behind', () => {
  it('is refused, with the place', async () => {
    const to = makeHome();
    const [first, second] = [one, two].map((id) => jsonl(sessionLines(id, 2))) as [string, string];
    const { code, err } = await importInto(to.path, put(first + second));
    expect([code, JSON.parse(err)]).toMatchObject([
      1,
      {
        line: first.split('\n').length,
        offset: Buffer.byteLength(first),
        message: expect.stringContaining(`"${two}"`),
      },
    ]);
    expect(filesOf(to.path)).toEqual([]);
  });

  it('is a copy with what it was copied from, in which both may note changes', async () => {
    const to = makeHome();
    const metas = [
      record.meta(one, { forked_from_id: two }),
      record.meta(two, { forked_from_id: three }),
      record.meta(three),
    ];
    const lines = envelope(...metas, ...turn('x'), record.meta(two), ...turn('y'), record.meta(one));
    expect((await importInto(to.path, put(jsonl(lines)))).code).toBe(0);
  });
});

describe('events', () => {
  it('of several sessions become rollouts that read the same', async () => {
    const from = makeHome();
    from.rollout(one, sessionLines(one, 2));
    from.rollout(two, sessionLines(two, 1));
    const { out } = await runIn(from.path, ['export', one, two]);
    const to = makeHome();
    const { code, records } = await importInto(to.path, put(out));
    expect([code, records.map(({ altered }) => altered)]).toEqual([0, [0, 0]]);
    expect((await runIn(to.path, ['export', one, two])).out.equals(out)).toBe(true);
  });

  it('keep empty and damaged lines, whatever they are', async () => {
    const from = makeHome();
    const text = jsonl(sessionLines(one, 2)).split('\n');
    const damaged = [
      ...text.slice(0, 3),
      '',
      '   ',
      'no json',
      '{"type":"new","payload":{"big":123456789012345678901}}',
      '[1, 2]',
    ];
    const bytes = Buffer.concat([
      Buffer.from([...damaged, ''].join('\n')),
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.from(text.slice(3).join('\n')),
    ]);
    from.rollout(one, bytes);
    const { out } = await runIn(from.path, ['export', one]);
    const to = makeHome();
    expect((await importInto(to.path, put(out))).records).toMatchObject([{ altered: 0 }]);
    // A line of blanks comes back empty, which moves what is behind it.
    const placeless = (text: Buffer) => text.toString().replace(/,"offset":\d+/g, '');
    expect(placeless((await runIn(to.path, ['export', one])).out)).toBe(placeless(out));
  });

  it('of a thread that was reverted keep its files, at the bytes that they tell', async () => {
    const segment = idOf(9);
    const first = paginated(0, record.meta(one, { history_mode: 'paginated' }), ...turn('a'), ...turn('b'));
    // What events do not hold makes lines shorter.
    const long = first.map((line) => ({ ...line, metadata: { only: 'on disk' } }));
    const cut = 9;
    const base = { thread_id: one, end_ordinal_exclusive: cut, end_byte_offset: offsetOf(long, cut) };
    const meta = record.meta(one, { history_mode: 'paginated', history_base: base });
    const from = makeHome();
    from.rollout(one, long);
    from.rollout(one, paginated(cut, meta, ...turn('c')), { segment });
    const { out } = await runIn(from.path, ['export', one]);
    expect(out.toString()).toContain(`"base_rollout":"${one}"`);
    const to = makeHome();
    const source = put(out);
    const { code, err, records } = await importInto(to.path, source);
    expect([code, err, records.map(({ altered }) => altered)]).toEqual([0, '', [0, 0]]);
    expect((await runIn(to.path, ['export', one])).out.equals(out)).toBe(true);
    expect((await importInto(to.path, source)).records.map(({ status }) => status)).toEqual(['present', 'present']);
    // A place that lines cannot be made to reach.
    const short = put(out.toString().replaceAll(`"end_byte_offset":${base.end_byte_offset}`, '"end_byte_offset":100'));
    const refused = await importInto(makeHome().path, short);
    expect([refused.code, refused.err]).toEqual([4, expect.stringContaining('--format bundle')]);
  });

  it('are refused when they are cut off, or mixed with something else', async () => {
    const from = makeHome();
    from.rollout(one, sessionLines(one, 1));
    const { out } = await runIn(from.path, ['export', one]);
    const to = makeHome();
    for (const bad of [out.subarray(0, -20), Buffer.concat([out, Buffer.from('{"x":1}\n')])]) {
      const { code, err } = await importInto(to.path, put(bad));
      expect([code, err]).toEqual([1, expect.stringMatching(/:\d+/)]);
    }
    expect(filesOf(to.path)).toEqual([]);
  });
});

describe('a bundle', () => {
  it('brings names, the archive, forks and seals along', async () => {
    const sealed = new SealedHome();
    sealed.home.rollout(one, sessionLines(one, 2));
    sealed.home.rollout(two, sessionLines(two, 1), { archived: true, compressed: true });
    sealed.home.names({ [one]: 'first' });
    const fork = (await runHere(['fork', one], { env: sealed.env })).out.toString().trim();
    await sealed.runSeal();
    const bundle = join(folder, 'along.tar');
    await runHere(['export', '--format', 'bundle', '--key', sealed.key, '-o', bundle, one, two, fork], {
      env: sealed.env,
    });
    const to = makeHome();
    const trusting = ['--key', sealed.key, '--allowed-signers', sealed.signers];
    const { code, err, records } = await importInto(to.path, ...trusting, bundle);
    expect([code, err, records.map(({ seal }) => seal)]).toEqual([0, '', ['VERIFIED', 'VERIFIED', 'VERIFIED']]);
    expect(filesOf(to.path).filter((file) => file.startsWith('archived'))).toHaveLength(1);
    for (const id of [one, two, fork, 'first']) {
      const [before, after] = [
        await runHere(['export', id], { env: sealed.env }),
        await runIn(to.path, ['export', id]),
      ];
      expect([id, after.out.equals(before.out)]).toEqual([id, true]);
    }
    const { signers } = sealed;
    const checked = await runIn(to.path, ['verify', '--json', '--allowed-signers', signers]);
    expect([checked.code, parsed(checked.out).map(({ status }) => status)]).toEqual([0, Array(4).fill('VERIFIED')]);
    expect(existsSync(join(to.path, '.sessions/allowed_signers'))).toBe(false);
    expect((await importInto(to.path, bundle)).records.every(({ status }) => status === 'present')).toBe(true);
    // A seal goes on in its new home.
    const path = records.find(({ thread_id }) => thread_id === one).path;
    writeFileSync(path, jsonl(turnLines('more')), { flag: 'a' });
    const again = await runHere(['seal', '--json', '--key', sealed.key], {
      env: { ...sealed.env, CODEX_HOME: to.path },
    });
    const events = parsed(again.out).map(({ event }) => event);
    expect([again.code, again.err, events.sort()]).toEqual([0, '', ['extended', 'unchanged', 'unchanged']]);
    expect((await runIn(to.path, ['verify', '--allowed-signers', signers])).code).toBe(0);
  });

  it('with new ids refers to itself', async () => {
    const from = makeHome();
    from.rollout(one, sessionLines(one, 2));
    const fork = (await runIn(from.path, ['fork', one])).out.toString().trim();
    const bundle = join(folder, 'self.tar');
    await runIn(from.path, ['export', '--format', 'bundle', '-o', bundle, one, fork]);
    const { code, records } = await importInto(from.path, '--new-ids', bundle);
    expect(code).toBe(0);
    const idNow = (id: string) => records.find(({ original_thread_id }) => original_thread_id === id).thread_id;
    const { out } = await runIn(from.path, ['export', idNow(fork)]);
    const text = out.toString().replaceAll(idNow(fork), fork).replaceAll(idNow(one), one);
    expect(text).toBe((await runIn(from.path, ['export', fork])).out.toString());
  });

  it('is brought in whole or not at all', async () => {
    const from = makeHome();
    for (const id of [one, two, three]) from.rollout(id, sessionLines(id, 1));
    const bundle = join(folder, 'all-or-none');
    await runIn(from.path, ['export', '--format', 'bundle', '-o', bundle, one, two, three]);
    const to = makeHome();
    to.rollout(three, sessionLines(three, 4));
    const before = filesOf(to.path);
    expect((await importInto(to.path, bundle)).code).toBe(4);
    expect(filesOf(to.path)).toEqual(before);
    const rollout = join(bundle, `data/${two}/rollout.jsonl`);
    writeFileSync(rollout, `${readFileSync(rollout, 'utf8')} `);
    const empty = makeHome();
    const { code, err } = await importInto(empty.path, bundle);
    expect([code, err, filesOf(empty.path)]).toEqual([1, expect.stringContaining('not what was packed'), []]);
  });
});
