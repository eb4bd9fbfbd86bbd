import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, zstdFrame } from '../builders.ts';
import { runHere } from '../support/run-here.ts';
import { inServer, runExec } from './app-server.ts';
import { canRunCodex } from './codex.ts';
import { makeResumeRig, prompt, type ResumeRig } from './resume-rig.ts';

type Damage = (whole: Buffer, path: string) => { bytes: Buffer; path?: string };

const lines = (whole: Buffer) => whole.toString('latin1').split(/(?<=\n)/);
const joined = (parts: string[]) => ({ bytes: Buffer.from(parts.join(''), 'latin1') });
const edited = (change: (line: string, index: number, all: string[]) => string): Damage => {
  return (whole) => joined(lines(whole).map(change));
};
const isLast = (index: number, all: string[]) => index === all.length - 1;

/** What Codex refuses to resume. */
const refused: [kind: string, damage: Damage, rule: string][] = [
  ['a byte order mark', (whole) => ({ bytes: Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), whole]) }), 'BOM'],
  ['no session_meta', (whole) => joined(lines(whole).slice(1)), 'NO-META'],
  ['a torn line before the session_meta', (whole) => joined(['{"timestamp":"2026', ...lines(whole)]), 'GLUED'],
  [
    'a last record without an ordinal',
    edited((line, index, all) => (isLast(index, all) ? line.replace(/"ordinal":\d+,/, '') : line)),
    'ORDINAL-MISSING',
  ],
  [
    'a session_meta without a folder',
    edited((line, index) => (index === 0 ? line.replace(/"cwd":"[^"]*",/, '') : line)),
    'SCHEMA',
  ],
  [
    'a compressed form that is cut short',
    (whole, path) => ({
      path: `${path}.zst`,
      bytes: Buffer.concat([zstdFrame(whole), zstdFrame(whole).subarray(0, 40)]),
    }),
    'ZSTD-TRUNCATED',
  ],
  [
    'bytes behind its compressed form',
    (whole, path) => ({ path: `${path}.zst`, bytes: Buffer.concat([zstdFrame(whole), Buffer.from('garbage')]) }),
    'ZSTD-TRAILING',
  ],
  ['a compressed form under a plain name', (whole) => ({ bytes: zstdFrame(whole) }), 'WRONG-EXT'],
  ['a plain form under a compressed name', (whole, path) => ({ path: `${path}.zst`, bytes: whole }), 'WRONG-EXT'],
];

/** What Codex resumes, but does not see whole. */
const tolerated: [kind: string, damage: Damage, rule: string][] = [
  ['a torn tail', (whole) => ({ bytes: Buffer.concat([whole, Buffer.from('{"timestamp":"2026-11')]) }), 'TORN-TAIL'],
  ['two records on one line', edited((line, index) => (index === 3 ? line.trimEnd() : line)), 'GLUED'],
  [
    'a record behind the torn beginning of itself',
    edited((line, index) => (index === 4 ? line.slice(0, 30) + line : line)),
    'GLUED',
  ],
  ['a hole', (whole) => ({ bytes: Buffer.concat([whole, Buffer.alloc(512)]) }), 'HOLE'],
  [
    'ordinals that stand twice',
    edited((line, index) => (index >= 4 ? line.replace(/"ordinal":(\d+)/, (_, n) => `"ordinal":${n - 2}`) : line)),
    'ORDINAL-REUSE',
  ],
  [
    'an id that is not its name',
    edited((line, index) => (index === 0 ? line.replace(/("id":")[^"]*/, `$1${idOf(77)}`) : line)),
    'ID-MISMATCH',
  ],
  [
    'a call without a result in a completed turn',
    edited((line, index) => (line.includes('"task_complete"') && index > 0 ? `${lostCall}${line}` : line)),
    'CALL-WITHOUT-RESULT',
  ],
];
const lostCall =
  '{"timestamp":"2026-11-22T10:00:00.000Z","type":"response_item","payload":{"type":"function_call","name":"exec_command","arguments":"{}","call_id":"lost"}}\n';

describe.skipIf(!canRunCodex)('a session that was repaired is resumed by Codex 0.169', () => {
  let rig: ResumeRig;
  beforeAll(async () => {
    rig = await makeResumeRig();
  }, 300_000);
  afterAll(() => rig.remove());

  it.each([...refused, ...tolerated])('after %s', { timeout: 120_000 }, async (kind, damage, rule) => {
    const id = await runExec(rig, 'a first question');
    await runExec(rig, 'resume', id, 'a second question');
    const path = rolloutOf(id);
    const whole = readFileSync(path);
    const turns = await turnsOf(id);
    expect(turns).toBe(2);
    const damaged = damage(whole, path);
    rmSync(path);
    writeFileSync(damaged.path ?? path, damaged.bytes);
    if (refused.some(([name]) => name === kind)) {
      const said = await rig.resume(id).then(
        (items) => JSON.stringify(items),
        () => 'refused',
      );
      expect(said).not.toContain('a first question');
      // Codex may have moved the file while it tried.
      if (!existsSync(damaged.path ?? path)) writeFileSync(damaged.path ?? path, damaged.bytes);
    }

    const run = await runHere(['repair', '--json', id], { env: { CODEX_HOME: rig.home } });
    const rows = run.out
      .toString()
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row));
    expect([run.code, run.err, rows.at(-1).result]).toEqual([
      0,
      expect.stringMatching(/^sessions: the original/),
      'repaired',
    ]);
    expect(rows.map((row) => row.rule)).toContain(rule);

    const sent = JSON.stringify(await rig.resume(id));
    for (const text of ['a first question', 'a second question', prompt]) expect(sent).toContain(text);
    expect(await turnsOf(id)).toBe(3);
    const check = await runHere(['validate', '--json', '--severity', 'error', id], { env: { CODEX_HOME: rig.home } });
    expect([check.code, check.out.toString()]).toEqual([0, '']);
  });

  function rolloutOf(id: string): string {
    const folder = join(rig.home, 'sessions');
    const names = readdirSync(folder, { recursive: true }).map(String);
    return join(folder, names.find((name) => name.includes(id) && name.includes('.jsonl')) as string);
  }

  async function turnsOf(id: string): Promise<number> {
    const { thread } = await inServer(rig, (server) =>
      server.call('thread/read', { threadId: id, includeTurns: true }),
    );
    return thread.turns.length;
  }
});
