import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Rollout } from '../../scripts/fixtures/rollout.mjs';
import { frame, repeatedBlocks } from '../../scripts/fixtures/zstd.mjs';
import { HostileHome, hostileId, neighbourId, type Run } from './hostile-home.ts';

const time = '2026-03-10T08:00:00.000Z';
const mebibyte = 1024 * 1024;
/** Resident memory that no input may exceed. */
const mostKilobytes = 256 * 1024;
const canMeasure = existsSync('/usr/bin/time');

let home: HostileHome;
beforeEach(() => {
  home = new HostileHome();
});
afterEach(() => home.remove());

describe('a line that is too long', { timeout: 120_000 }, () => {
  it.each([
    ['64 MiB', 64 * mebibyte],
    ['700 MB', 700_000_000],
    ['3 GB', 3_000_000_000],
  ])('is passed over: %s', async (_size, length) => {
    const before = rollout().event('user_message', { message: 'good 1' }).bytes;
    const behind = rollout().event('user_message', { message: 'good 2' }).bytes;
    // A hole in the file: NUL bytes that take no room on the disk.
    writeHole(before, length, behind.subarray(behind.indexOf(10) + 1));
    expect(await shownAndFound()).toEqual({
      shown: ['good 1', 'good 2'],
      unknown: [{ offset: before.length, length }],
      codes: [3, 3],
      found: [`LINE-TOO-LONG partial 3 ${before.length}`],
    });
    expect((await measured(['ls', '--json'])).records.map((row) => [row.thread_id, row.damage])).toEqual([
      [hostileId, ['LINE-TOO-LONG']],
      [neighbourId, []],
    ]);
  });

  it('may come out of a file of 64 KB: 2 GB of zeros', async () => {
    const path = home.add(frame(repeatedBlocks(0, 16_384)), '.jsonl.zst');
    const { shown, unknown, codes, found } = await shownAndFound();
    expect({ shown, unknown, codes }).toEqual({ shown: [], unknown: [{ offset: 0, length: 2 ** 31 }], codes: [3, 3] });
    expect(found).toEqual(['ZSTD-NO-CHECKSUM note - -', 'LINE-TOO-LONG partial 1 0']);
    const raw = await home.runInShell(`sessions show --raw ${hostileId} | wc -c`);
    expect(raw.stdout.trim()).toBe(String(2 ** 31));
    await home.runInShell(`rm '${path}'`);
  });
});

describe('a line that would take far more memory than its text', { timeout: 120_000 }, () => {
  const message = (extra: string) => ({ type: 'user_message', message: 'lost', extra: `@${extra}@` });
  const withExtra = (json: string) => {
    const [before, behind] = rollout()
      .event('user_message', { message: 'good 1' })
      .add('event_msg', message(''))
      .event('user_message', { message: 'good 2' })
      .bytes.toString()
      .split('"@@"');
    return Buffer.from(`${before}${json}${behind}`);
  };

  it.each([
    ['100,000 levels', '['.repeat(1e5) + ']'.repeat(1e5), 'TOO-DEEP'],
    ['10 million levels', '['.repeat(1e7) + ']'.repeat(1e7), 'TOO-DEEP'],
    ['levels that are not closed', '{"a":'.repeat(1e6), 'TOO-DEEP'],
    ['10 million objects', `[${'{},'.repeat(1e7)}1]`, 'TOO-MANY-VALUES'],
    ['a million numbers with 20 digits', `[${'12345678901234567890,'.repeat(1e6)}1]`, 'TOO-MANY-VALUES'],
    ['a million keys', `{${Array.from({ length: 1e6 }, (_, index) => `"k${index}":1`).join(',')}}`, 'TOO-MANY-VALUES'],
  ])('is passed over: %s', async (_what, json, rule) => {
    home.add(withExtra(json));
    const { shown, unknown, codes, found } = await shownAndFound();
    expect({ shown, codes, rules: found.map((finding) => finding.split(' ').slice(0, 3).join(' ')) }).toEqual({
      shown: ['good 1', 'good 2'],
      codes: [3, 3],
      rules: [`${rule} partial 3`],
    });
    expect(unknown).toHaveLength(1);
  });
});

describe('a file of lines that are no records', { timeout: 120_000 }, () => {
  it.each([
    ['words', 'x\n', 1],
    ['numbers', '1\n', 1],
    ['objects of no kind', '{}\n', 1],
    ['blank lines', '\n', 0],
  ])('are handed on one by one: %s', async (_what, line, code) => {
    const good = rollout().event('user_message', { message: 'good 1' }).bytes;
    home.add(Buffer.concat([good, Buffer.from(line.repeat(600_000))]));
    const bad = code === 0 ? 0 : 600_000;
    expect(await counted(['validate', '--json', hostileId])).toEqual({ code, lines: bad || 1 });
    expect((await counted(['show', '--json', hostileId])).lines).toBeGreaterThan(bad);
  });
});

function rollout(): Rollout {
  return new Rollout('envelope', time).add('session_meta', {
    id: hostileId,
    timestamp: time,
    cwd: '/',
    originator: 'o',
    cli_version: '0',
  });
}

function writeHole(before: Buffer, length: number, behind: Buffer): void {
  const file = openSync(home.add(before), 'r+');
  try {
    ftruncateSync(file, before.length + length);
    writeSync(file, Buffer.concat([Buffer.from('\n'), behind]), 0, null, before.length + length);
  } finally {
    closeSync(file);
  }
}

interface Handled {
  shown: string[];
  unknown: { offset: number; length: number }[];
  codes: (number | null)[];
  found: string[];
}

async function shownAndFound(): Promise<Handled> {
  const show = await measured(['show', '--json', hostileId]);
  const validate = await measured(['validate', '--json', hostileId]);
  return {
    shown: show.records.filter(({ type }) => type === 'EventMsg').map(({ msg }) => msg.text),
    unknown: show.records.filter(({ type }) => type === 'Unknown').map(({ offset, length }) => ({ offset, length })),
    codes: [show.code, validate.code],
    found: validate.records.map(
      ({ rule, severity, line, offset }) => `${rule} ${severity} ${line ?? '-'} ${offset ?? '-'}`,
    ),
  };
}

/** Runs the program and holds it to its memory, where the system can tell. */
async function measured(args: string[]): Promise<Run> {
  if (!canMeasure) return home.run(args);
  const outcome = await home.runThrough(meter(), args);
  expectModest();
  return outcome;
}

/** The same, for more lines than are to be read here. */
async function counted(args: string[]): Promise<{ code: number | null; lines: number }> {
  const count = '"$@" | wc -l; exit ${PIPESTATUS[0]}';
  const { code, stdout } = await home.runThrough(['bash', '-c', count, 'bash', ...meter()], args);
  expectModest();
  return { code, lines: Number(stdout) };
}

function meter(): string[] {
  return canMeasure ? ['/usr/bin/time', '-q', '-f', '%M', '-o', join(home.path, 'time')] : [];
}

function expectModest(): void {
  if (!canMeasure) return;
  const kilobytes = Number(readFileSync(join(home.path, 'time'), 'utf8').trim().split('\n').at(-1));
  expect(kilobytes).toBeGreaterThan(10_000);
  expect(kilobytes).toBeLessThan(mostKilobytes);
}
