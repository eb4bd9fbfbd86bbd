import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateLineage } from '../../src/format/schemas.ts';
import { envelope, idOf, makeFolder, makeHome, record, TestHome, turn } from '../builders.ts';
import { run } from '../support/list-sessions.ts';
import { runHere } from '../support/run-here.ts';

const corpus = process.env.SESSIONS_CORPUS;
const hostile = 'one\x1b]0;owned\x07\x9b31m\u202e\r\ntwo';

interface Row {
  thread_id: string;
  relation: string;
  depth: number;
  method: string | null;
  forked_at_turn: number | null;
}

function homeOfForks(): TestHome {
  const home = makeHome();
  const lines = envelope(record.meta(idOf(1)), ...turn(hostile), ...turn('two'));
  const copied = lines.map(({ type, payload }): [string, typeof payload] => [type, payload]);
  home.rollout(idOf(1), lines, { archived: true });
  home.rollout(idOf(2), envelope(record.meta(idOf(2), { forked_from_id: idOf(1) }), ...copied, ...turn('its own')));
  home.rollout(idOf(3), envelope(record.meta(idOf(3), { parent_thread_id: idOf(2) }), ...turn('an agent')));
  home.rollout(idOf(4), envelope(record.meta(idOf(4)), ...turn('another')));
  home.names({ [idOf(2)]: hostile });
  return home;
}

function rowsOf(out: string): Row[] {
  return out.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Row]));
}

describe('show --lineage', () => {
  it('prints rows in a pipe that are what the schema says', async () => {
    const { code, out, err } = await run(homeOfForks(), 'show', '--lineage', idOf(2));
    const rows = rowsOf(out);
    expect([code, err, rows.map(({ thread_id, relation }) => [thread_id, relation])]).toEqual([
      0,
      '',
      [
        [idOf(1), 'ancestor'],
        [idOf(2), 'self'],
        [idOf(3), 'sub_agent'],
      ],
    ]);
    expect(rows.map(validateLineage)).toEqual(rows.map(() => ({ ok: true, unknown: null })));
  });

  it('prints ids with -q, and one family after the other', async () => {
    const home = homeOfForks();
    const { out } = await run(home, 'show', '--lineage', '-q', idOf(4), idOf(3));
    expect(out.split('\n')).toEqual([idOf(4), idOf(1), idOf(2), idOf(3), '']);
  });

  it('takes rows of ls, and a file of the home', async () => {
    const home = homeOfForks();
    const { out: listed } = await run(home, 'ls', '--json');
    const env = { CODEX_HOME: home.path };
    const { out } = await runHere(['show', '--lineage', '-q', '-'], { env, stdin: listed });
    expect(out.toString().split('\n')).toHaveLength(1 + 3 + 3 + 1);
    const path = join(home.path, 'sessions/2026/01/02', `rollout-2026-01-02T03-04-05-${idOf(3)}.jsonl`);
    expect((await run(home, 'show', '--lineage', '-q', path)).out.split('\n')).toHaveLength(4);
  });

  it.each([['--raw'], ['--type=message'], ['--turn=1'], ['--effective'], ['--follow'], ['-a']])(
    'does not go with %s',
    async (option) => {
      const { code, out, err } = await run(homeOfForks(), 'show', '--lineage', option, idOf(1));
      expect([code, out]).toEqual([2, '']);
      expect(err).toContain('--lineage shows no content');
    },
  );

  it('draws a tree on a terminal, into which nothing of a session gets raw', async () => {
    const home = homeOfForks();
    const options = { env: { CODEX_HOME: home.path, NO_COLOR: '1' }, tty: true, columns: 110 };
    const { code, out } = await runHere(['show', '--lineage', '--no-pager', idOf(2)], options);
    const [title, ...rows] = out.toString().split('\n');
    expect(code).toBe(0);
    expect(title).toMatch(/^ +ID +ORIGIN +UPDATED +STATE +NAME OR FIRST MESSAGE$/);
    expect(rows).toEqual([
      expect.stringMatching(
        /^ {3}01980000-0001 +\d+ \w+ ago +archived +one\^\[\]0;owned\^G\\u\{9b\}31m\\u\{202e\} two$/,
      ),
      expect.stringMatching(/^> {2}01980000-0002 +turn 2, copy +.* └─ one\^\[\]0;owned/),
      expect.stringMatching(/^ {3}01980000-0003 +sub-agent +.* {2}└─ an agent$/),
      '',
    ]);
    expect(out.toString()).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
  });

  it('says what is not there any more, and ends with 3 when a session cannot do without', async () => {
    const home = makeHome();
    const base = { thread_id: idOf(1), end_ordinal_exclusive: 5, end_byte_offset: 500 };
    home.rollout(
      idOf(2),
      envelope(record.meta(idOf(2), { forked_from_id: idOf(1), history_base: base }), ...turn('two')),
    );
    const { code, out, err } = await run(home, 'show', '--lineage', idOf(2));
    expect([code, rowsOf(out).map(({ relation }) => relation)]).toEqual([3, ['ancestor', 'self']]);
    expect(err).toContain(`the session ${idOf(1)} that it comes from is not in this home`);
    const options = { env: { CODEX_HOME: home.path }, tty: true, columns: 100 };
    expect((await runHere(['show', '--lineage', '--no-pager', idOf(2)], options)).out.toString()).toContain('missing');
  });
});

describe.skipIf(!corpus)('show --lineage of what real Codex wrote', () => {
  it.each([
    ['0.98.0', '01a203d9-40be', ['ancestor null null', 'self copy 10']],
    ['0.120.0', '01a203e2-526a', ['ancestor null null', 'self copy 10']],
    ['0.169.0', '01a203d8-451b', ['ancestor null null', 'self copy 2']],
    ['0.169.0', '01a203d7-e7cd', ['self null null', 'fork reference 3']],
    // Its parent has reverted a turn.
    ['0.169.0', '01a203d8-30b7', ['ancestor null null', 'self reference 10']],
    ['0.169.0', '01a203d8-42b3', ['self null null', 'review null null']],
    ['0.169.0-zst', '01a203e2-0479', ['self null null', 'fork reference 2']],
    ['0.120.0', '01a203e2-6a36', ['self null null', 'sub_agent null null']],
  ])('in %s, of %s', async (version, id, expected) => {
    const from = join(corpus as string, version);
    expect(existsSync(from)).toBe(true);
    const home = new TestHome(makeFolder());
    cpSync(from, home.path, { recursive: true });
    const { code, out } = await run(home, 'show', '--lineage', id);
    const rows = rowsOf(out);
    expect(code).toBe(0);
    expect(rows.map(({ relation, method, forked_at_turn }) => `${relation} ${method} ${forked_at_turn}`)).toEqual(
      expected,
    );
    expect(rows.map(validateLineage)).toEqual(rows.map(() => ({ ok: true, unknown: null })));
  });
});
