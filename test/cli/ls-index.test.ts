import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Entry, envelope, idOf, jsonl, makeHome, record, rolloutName } from '../builders.ts';
import { appendTurn, changes, pathOf } from '../support/home-changes.ts';
import { ageFullRefresh, list, listFiles, run, somebody, spawn, stateDb } from '../support/list-sessions.ts';
import { makeVariedHome, session, settle, special } from '../support/varied-home.ts';

const day = 86_400;

/** What a listing does not show. */
const unseen = ['nothing', 'compressed, the plain file left'];

describe('the listing after a change is as if there were no index', () => {
  it.each(changes)('%s', async (what, change) => {
    const home = makeVariedHome();
    const before = await listFiles(home);
    expect(await list(home)).toEqual(before);
    change(home);
    const files = await listFiles(home);
    if (!unseen.includes(what)) expect(files).not.toEqual(before);
    expect(await list(home)).toEqual(files);
    // Once more with what the first one left behind, and after a full look.
    ageFullRefresh(home);
    expect(await list(home)).toEqual(files);
    expect(await list(home)).toEqual(files);
    expect(await run(home, 'index', 'check')).toMatchObject({ code: 0, out: '' });
  });

  it.each([
    '-q',
    '--archived=only',
    '--here',
    '--name=p*',
    '--sort=size',
    '--sort=tokens',
    '--sort=created',
    '--reverse',
  ])('with %s', async (option) => {
    const home = makeVariedHome();
    await list(home);
    for (const [, change] of changes.slice(1, 5)) change(home);
    expect(await list(home, option)).toEqual(await listFiles(home, option));
    for (const limit of ['0', '1', '7', '100']) {
      const some = [option, '--limit', limit];
      expect(await list(home, ...some)).toEqual(await listFiles(home, ...some));
    }
    expect(await list(home, option, '--count')).toEqual(await listFiles(home, option, '--count'));
  });
});

describe('a session that was left alone for longer than two days', () => {
  // Nothing but the file itself tells that it was appended to, and looking at every file takes too long for each listing.
  it('and is appended to, shows at once where everything is listed', async () => {
    const home = makeVariedHome();
    settle(home.path, Date.now() / 1000 - 365 * day);
    const before = await list(home);
    appendTurn(home, special.plain);
    const files = await listFiles(home);
    expect(files.out).not.toBe(before.out);
    expect(await list(home)).toEqual(files);
  });

  it('and is appended to, shows on a page that it was not on after a full look', async () => {
    const home = makeVariedHome();
    settle(home.path, Date.now() / 1000 - 365 * day);
    const before = await list(home, '--limit', '1');
    const timestamp = new Date().toISOString();
    const said = { timestamp, type: 'event_msg', payload: { type: 'agent_message', message: 'here again' } };
    writeFileSync(pathOf(home, special.plain), jsonl([said]), { flag: 'a' });
    const files = await listFiles(home, '--limit', '1');
    expect(files.out).not.toBe(before.out);
    expect(await list(home, '--limit', '1')).toEqual(before);
    ageFullRefresh(home);
    // The full look comes after printing.
    expect(await list(home, '--limit', '1')).toEqual(before);
    expect(await list(home, '--limit', '1')).toEqual(files);
  });

  it('and is appended to, shows at once among the first of a limited listing', async () => {
    const home = makeVariedHome();
    settle(home.path, Date.now() / 1000 - 365 * day);
    await list(home);
    appendTurn(home, special.plain);
    expect(await list(home, '--limit', '100')).toEqual(await listFiles(home));
    expect(await list(home)).toEqual(await listFiles(home));
  });

  it.each(changes.filter(([what]) => /added|moved|renamed|ompressed|removed|rchive|name/.test(what)))(
    'shows at once: %s',
    async (_what, change) => {
      const home = makeVariedHome();
      settle(home.path, Date.now() / 1000 - 365 * day);
      await list(home);
      change(home);
      expect(await list(home)).toEqual(await listFiles(home));
    },
  );
});

describe('a session that says strange things is listed as without an index', () => {
  const meta = (more = {}) => record.meta(idOf(50), more);
  it.each<[string, string]>([
    ['half a surrogate pair in its path', text(meta({ cwd: '/a\ud800' }))],
    ['half a surrogate pair elsewhere', text(meta({ git: { branch: '\udfff' }, source: '\ud800' }))],
    ['NUL', text(meta({ cwd: '/a\0b', git: { branch: '\0' } }))],
    ['a path as long as a book', text(meta({ cwd: 'x'.repeat(1_000_000) }))],
    ...['1e30', '1e400', '1.5', '-3', '-0', '9007199254740993', '18446744073709551616'].map(
      (total): [string, string] => [`${total} tokens`, text(meta(), record.tokens(4711)).replace('4711', total)],
    ),
    ['a time that is none', text(meta({ timestamp: 'yesterday' }))],
    ['a time before Christ', text(meta({ timestamp: '-000044-03-15T12:00:00Z' }))],
  ])('%s', async (_what, content) => {
    const home = makeVariedHome();
    home.rollout(idOf(50), content);
    const files = await listFiles(home);
    expect(files.out).toContain(idOf(50));
    expect(await list(home)).toEqual(files);
    expect(await list(home)).toEqual(files);
    for (const sort of ['created', 'size', 'tokens'])
      expect(await list(home, '--sort', sort)).toEqual(await listFiles(home, '--sort', sort));
  });
});

function text(...entries: Entry[]): string {
  return jsonl(envelope(...entries));
}

describe('a home that is not where it was', () => {
  it('moved, is listed as it is', async () => {
    const home = makeVariedHome();
    await list(home);
    const other = makeHome();
    rmSync(other.path, { recursive: true });
    renameSync(home.path, other.path);
    expect(await list(other)).toEqual(await listFiles(other));
  });

  it('copied with its index, is not taken for the one that it was copied from', async () => {
    const home = makeVariedHome();
    await list(home);
    const other = makeHome();
    execFileSync('cp', ['-a', `${home.path}/.`, other.path]);
    expect(await list(other)).toEqual(await listFiles(other));
    unlinkSync(pathOf(other, special.plain));
    expect(await list(other)).toEqual(await listFiles(other));
    expect(await list(home)).toEqual(await listFiles(home));
  });

  it.each(['sessions', 'archived_sessions'])('has its %s elsewhere, behind a link', async (name) => {
    const home = makeVariedHome();
    const elsewhere = makeHome();
    renameSync(join(home.path, name), join(elsewhere.path, name));
    symlinkSync(join(elsewhere.path, name), join(home.path, name));
    settle(home.path);
    expect(await list(home)).toEqual(await listFiles(home));
    home.rollout(idOf(50), session(idOf(50), 'new'), { archived: true });
    home.write(`sessions/2027/02/03/${rolloutName(idOf(51))}`, jsonl(session(idOf(51), 'new')));
    expect(await list(home)).toEqual(await listFiles(home));
  });
});

describe('the index', () => {
  it('is not made by a listing that bypasses it', async () => {
    const home = makeVariedHome();
    await listFiles(home);
    expect(existsSync(stateDb(home))).toBe(false);
    await list(home);
    const before = [readFileSync(stateDb(home)), statSync(stateDb(home)).mtimeMs];
    appendTurn(home, special.plain);
    await listFiles(home);
    expect([readFileSync(stateDb(home)), statSync(stateDb(home)).mtimeMs]).toEqual(before);
  });

  it('is for its owner only', async () => {
    const home = makeVariedHome();
    const mode = () => (statSync(stateDb(home)).mode & 0o777).toString(8);
    await spawn(home, ['ls']);
    expect(mode()).toBe('600');
    await spawn(home, ['index', 'rebuild']);
    expect(mode()).toBe('600');
  });

  it('counts exactly', async () => {
    const home = makeVariedHome();
    expect(await list(home, '--count')).toEqual({
      code: 0,
      out: `${JSON.stringify({ schema: 'sessions.count/1', count: 16 })}\n`,
      err: '',
    });
    expect((await run(home, 'ls', '--count')).out).toContain('14');
    expect((await list(home, '--count', '--archived=only')).out).toContain('"count":2');
    copyFileSync(pathOf(home, special.plain), join(dirname(pathOf(home, special.plain)), rolloutName(idOf(60))));
    expect((await list(home, '--count')).out).toContain('"count":17');
  });
});

describe('a home that cannot be written to', () => {
  it.each(['without an index', 'with one', 'with one that cannot be opened', 'with one that is damaged'])(
    'is listed all the same: %s',
    async (what) => {
      const home = makeVariedHome();
      if (what !== 'without an index') await list(home);
      if (what === 'with one that is damaged') writeFileSync(stateDb(home), 'garbage'.repeat(1000));
      // The full look is due, so that there is something to be written.
      else if (what !== 'without an index') ageFullRefresh(home);
      const files = await listFiles(home);
      execFileSync('chmod', ['-R', 'a=rX', home.path]);
      if (what === 'with one that cannot be opened') chmodSync(stateDb(home), 0);
      const before = readdirSync(home.path);
      const listed = await spawn(home, ['ls', '--json', '--archived'], somebody);
      expect([listed.code, listed.out]).toEqual([0, files.out]);
      expect(listed.err.split('\n').length).toBeLessThanOrEqual(2);
      expect(readdirSync(home.path)).toEqual(before);
      for (const command of ['status', 'rebuild', 'check'])
        expect((await spawn(home, ['index', command], somebody)).code).toBeLessThanOrEqual(2);
    },
  );
});

describe('a folder that cannot be read any more', () => {
  it.each(['recent', 'old'])('is said and not taken for empty: with %s sessions', async (age) => {
    const home = makeVariedHome();
    if (age === 'old') settle(home.path, Date.now() / 1000 - 365 * day);
    if (somebody.uid !== undefined) execFileSync('chown', ['-R', String(somebody.uid), home.path]);
    const look = (...options: string[]) => spawn(home, ['ls', '--json', '--archived', ...options], somebody);
    const before = await look();
    chmodSync(join(home.path, 'sessions/2026/01/02'), 0);
    for (let round = 0; round < 3; round++) {
      // What was known may still be listed; what is lost must be said.
      const { code, out, err } = await look();
      if (out !== before.out) expect([code, err]).toEqual([3, expect.stringContaining('cannot be read')]);
      if (round === 1) ageFullRefresh(home);
    }
    chmodSync(join(home.path, 'sessions/2026/01/02'), 0o700);
    expect(await look()).toEqual(before);
  });
});
