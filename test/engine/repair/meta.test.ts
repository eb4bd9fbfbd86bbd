import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { envelope, idOf, jsonl, paginated, record, timeAt, turn } from '../../builders.ts';
import { makeCodexDatabase } from '../../support/codex-database.ts';
import { expectSound, makeOwnHome, repair } from './check-repair.ts';

const id = idOf(7);
const mode = { history_mode: 'paginated' };

describe('a session without its session_meta', () => {
  it('gets one from its name and its own records, marked as made', async () => {
    const { first, rest, added } = await repaired(envelope(...turn('one'), ...turn('two')));
    expect(first).toEqual({
      timestamp: timeAt(0),
      type: 'session_meta',
      payload: {
        ...{
          id,
          timestamp: timeAt(0),
          cwd: '/home/dev/widget',
          originator: 'sessions',
          cli_version: expect.any(String),
        },
        sessions_repair: { synthetic: true, from: ['file name', 'the session'] },
      },
    });
    expect(rest).toBe(jsonl(envelope(...turn('one'), ...turn('two'))));
    expect(added).toBeGreaterThan(100);
  });

  it("gets what Codex's database knows", async () => {
    const home = makeOwnHome();
    const database = makeCodexDatabase(home.path);
    database.exec(`ALTER TABLE threads ADD COLUMN cwd TEXT; ALTER TABLE threads ADD COLUMN cli_version TEXT;
      ALTER TABLE threads ADD COLUMN source TEXT; ALTER TABLE threads ADD COLUMN originator TEXT;
      ALTER TABLE threads ADD COLUMN memory_mode TEXT; ALTER TABLE threads ADD COLUMN model_provider TEXT;`);
    database
      .prepare(
        `INSERT INTO threads (id, rollout_path, title, created_at, cwd, cli_version, source, originator, memory_mode, model_provider)
         VALUES (?, '', '', 1767323045, '/srv/app', '0.169.0', 'cli', 'codex_cli_rs', 'disabled', 'mock')`,
      )
      .run(id);
    database.close();
    home.write('thread_history_1.sqlite', '');
    const path = home.rollout(id, envelope(...turn('one')));
    const done = await repair(home.path, path);
    const [first] = readFileSync(path, 'utf8').split('\n');
    expect(done.err).toContain('Codex may show the session as it was');
    expect(JSON.parse(first as string).payload).toEqual({
      ...{
        id,
        timestamp: '2026-01-02T03:04:05.000Z',
        cwd: '/srv/app',
        originator: 'codex_cli_rs',
        cli_version: '0.169.0',
      },
      ...{ source: 'cli', model_provider: 'mock', memory_mode: 'disabled' },
      sessions_repair: { synthetic: true, from: ['file name', "Codex's database"] },
    });
  });

  it('gets a copy of a later one of its own', async () => {
    const later = record.meta(id, { memory_mode: 'disabled', git: { branch: 'main' } });
    const { first } = await repaired(envelope(...turn('one'), later, record.meta(idOf(3)), ...turn('two')));
    expect(first.payload).toEqual({
      ...later[1],
      sessions_repair: { synthetic: true, from: expect.arrayContaining(['a later session_meta']) },
    });
  });

  it('of the paginated form gets the first ordinal', async () => {
    const { first, rest } = await repaired(paginated(1, ...turn('one')));
    expect(first).toMatchObject({ ordinal: 0, payload: mode });
    expect(rest).toBe(jsonl(paginated(1, ...turn('one'))));
  });

  it('behind a damaged line gets the first ordinal, too', async () => {
    const lines = jsonl(paginated(0, record.meta(id, mode), ...turn('one')));
    const { first, edits } = await repaired(`\0\0${lines.slice(20)}`);
    expect(first).toMatchObject({ ordinal: 0, type: 'session_meta' });
    expect(edits).toEqual(['HOLE', 'NO-META']);
  });

  it.each([
    ['begin in the middle', paginated(43, ...turn('one')), {}],
    ['are a part behind a revert', paginated(1, ...turn('one')), { segment: idOf(9) }],
  ])('stays without one when its records %s: it went on from another file', async (_, lines, options) => {
    const home = makeOwnHome();
    const path = home.rollout(id, lines, options);
    const { file, left, edits, code } = await repair(home.path, path);
    expect([file.result, edits, code]).toEqual(['left', [], 1]);
    expect(left.map(({ rule }) => rule)).toContain('NO-META');
  });
});

describe('a session_meta', () => {
  it.each(['id', 'timestamp', 'cwd', 'originator', 'cli_version'])(
    'without %s gets it, and nothing else changes',
    async (key) => {
      const whole = record.meta(id)[1];
      const { [key]: _, ...lacking } = whole;
      const lines = envelope(['session_meta', lacking], ...turn('one'));
      const { first, rest, edits, quarantined } = await repaired(lines);
      expect(first.payload).toEqual({ ...lacking, [key]: expect.any(String) });
      expect(JSON.stringify(first).startsWith(JSON.stringify(lines[0]).slice(0, -2))).toBe(true);
      expect([edits, quarantined, rest]).toEqual([['SCHEMA'], 0, jsonl(lines.slice(1))]);
    },
  );

  it('with something else in its place gets that replaced', async () => {
    const lines = envelope(['session_meta', { ...record.meta(id)[1], cwd: null, cli_version: 7 }], ...turn('one'));
    const { first, quarantined } = await repaired(lines);
    expect(first.payload).toMatchObject({ cwd: '/home/dev/widget', cli_version: expect.any(String) });
    expect(quarantined).toBe('null'.length + '7'.length);
  });

  it('of another id gets that of the file, wherever it stands', async () => {
    const other = idOf(3);
    const lines = envelope(record.meta(other, { session_id: other }), record.meta(other), ...turn('one'));
    const { first, rest } = await repaired(lines);
    expect(first.payload).toMatchObject({ id, session_id: id });
    expect(rest).toBe(jsonl(lines.slice(1)));
  });
});

async function repaired(lines: ReturnType<typeof envelope> | string) {
  const home = makeOwnHome();
  const path = home.rollout(id, lines);
  const stored = readFileSync(path);
  const done = await repair(home.path, path);
  const result = (await expectSound(home.path, done, stored)).toString();
  const end = result.indexOf('\n');
  return {
    first: JSON.parse(result.slice(0, end)) as { payload: { [key: string]: unknown } },
    rest: result.slice(end + 1),
    edits: done.edits.map(({ rule }) => rule),
    added: done.file.bytes_added,
    quarantined: done.file.bytes_quarantined,
  };
}
