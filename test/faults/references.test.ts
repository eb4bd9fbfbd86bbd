import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compress } from 'zstd-napi';
import { archivedPath, Rollout, rolloutPath, uuid7 } from '../../scripts/fixtures/rollout.mjs';
import { HostileHome } from './hostile-home.ts';

const parentTime = '2026-03-11T08:00:00.000Z';
const parentId = uuid7(parentTime, 70);
const childTime = '2026-03-11T09:00:00.000Z';
const childId = uuid7(childTime, 71);
const missingId = uuid7(parentTime, 72);

let home: HostileHome;
beforeEach(() => {
  home = new HostileHome();
});
afterEach(() => home.remove());

describe('a session that continues another file', () => {
  it.each([
    ['plain', rolloutPath(parentTime, parentId), (bytes: Buffer) => bytes],
    [
      'compressed',
      `${rolloutPath(parentTime, parentId)}.zst`,
      (bytes: Buffer) => compress(bytes, { checksumFlag: true }),
    ],
    ['archived', archivedPath(parentTime, parentId), (bytes: Buffer) => bytes],
  ])('is sound when that file is %s', async (_form, path, pack) => {
    const { bytes, end } = writeParent();
    home.write(path, pack(bytes));
    writeChild({ history_base: end });
    expect(await validateChild()).toEqual({ code: 0, findings: [] });
    expect(await shownTexts()).toEqual(['parent 1', 'child 1']);
  });

  it.each(['', '\n'])('is sound behind a last record that had no line feed, and has %j now', async (lineFeed) => {
    const { bytes, end } = writeParent();
    const parent = bytes.subarray(0, (end.end_byte_offset as number) - 1);
    for (const path of [rolloutPath(parentTime, parentId), `${rolloutPath(parentTime, parentId)}.zst`]) {
      const now = Buffer.concat([parent, Buffer.from(lineFeed)]);
      home.write(path, path.endsWith('.zst') ? compress(now, { checksumFlag: true }) : now);
      writeChild({ history_base: { ...end, end_byte_offset: parent.length } });
      const { findings } = await validateChild();
      expect(findings).toEqual([]);
      expect(await shownTexts()).toEqual(['parent 1', 'child 1']);
      await home.runInShell(`rm '${home.path}/${path}'`);
    }
  });

  it('dangles when that file is missing, and its own events are shown', async () => {
    writeChild({ history_base: { thread_id: missingId, end_ordinal_exclusive: 2, end_byte_offset: 400 } });
    expect(await validateChild()).toEqual({ code: 1, findings: ['DANGLING error 1 /payload/history_base'] });
    const { code, stderr } = await home.run(['show', '--json', childId]);
    expect(code).toBe(3);
    expect(stderr).toContain(missingId);
    expect(await shownTexts()).toEqual(['child 1']);
  });

  it('goes in a circle when it continues itself', async () => {
    writeChild({ history_base: { thread_id: childId, end_ordinal_exclusive: 2, end_byte_offset: 400 } });
    expect((await validateChild()).findings).toContain('CYCLE error 1 /payload/history_base');
    expect(await shownTexts()).toEqual(['child 1']);
  });

  it('goes in a circle when two files continue each other', async () => {
    const other = { thread_id: childId, end_ordinal_exclusive: 2, end_byte_offset: 400 };
    home.write(
      rolloutPath(parentTime, parentId),
      rollout(parentTime, parentId, 'parent', { history_base: other }).bytes,
    );
    writeChild({ history_base: { ...other, thread_id: parentId } });
    const { findings } = await validateChild();
    expect(findings.filter((finding) => finding.startsWith('CYCLE'))).toEqual(['CYCLE error 1 /payload/history_base']);
    expect((await shownTexts()).filter((text) => text.startsWith('child'))).toEqual(['child 1']);
  });

  it.each<[string, Partial<Base>, string[]]>([
    [
      'beyond the end of that file',
      { end_byte_offset: 100_000 },
      ['BASE-OFFSET error 1 /payload/history_base/end_byte_offset'],
    ],
    ['within a record', { end_byte_offset: 200 }, ['BASE-OFFSET error 1 /payload/history_base/end_byte_offset']],
    [
      'at another ordinal',
      { end_ordinal_exclusive: 1 },
      ['BASE-OFFSET error 1 /payload/history_base/end_ordinal_exclusive'],
    ],
    [
      'nowhere',
      { end_byte_offset: null },
      ['SCHEMA error 1 /payload/history_base/end_byte_offset', 'BASE-OFFSET error 1 /payload/history_base'],
    ],
  ])('is broken when it begins %s', async (_where, change, expected) => {
    const { bytes, end } = writeParent();
    for (const path of [rolloutPath(parentTime, parentId), `${rolloutPath(parentTime, parentId)}.zst`]) {
      const stored = path.endsWith('.zst') ? compress(bytes, { checksumFlag: true }) : bytes;
      home.write(path, stored);
      writeChild({ history_base: { ...end, ...change } }, change.end_ordinal_exclusive ?? end.end_ordinal_exclusive);
      expect(await validateChild()).toEqual({ code: 1, findings: expected });
      await home.runInShell(`rm '${home.path}/${path}'`);
    }
  });

  it('has to go on with the numbers of that file', async () => {
    const { bytes, end } = writeParent();
    home.write(rolloutPath(parentTime, parentId), bytes);
    writeChild({ history_base: end }, end.end_ordinal_exclusive + 3);
    expect(await validateChild()).toEqual({ code: 1, findings: ['ORDINAL-GAP error 1 /ordinal'] });
    writeChild({ history_base: end }, 0);
    expect((await validateChild()).findings).toEqual(['ORDINAL-REUSE error 1 /ordinal']);
  });
});

describe('a session without its parent', () => {
  it.each([
    ['was forked', { forked_from_id: missingId }, '/payload/forked_from_id'],
    [
      'was spawned',
      { source: { subagent: { thread_spawn: { parent_thread_id: missingId, depth: 1 } } } },
      '/payload/source',
    ],
  ])('is sound when it %s and holds its own history', async (_how, fields, pointer) => {
    writeChild(fields);
    expect(await validateChild()).toEqual({ code: 0, findings: [`DANGLING note 1 ${pointer}`] });
  });

  it('goes in a circle when it was forked from its own fork', async () => {
    home.write(
      rolloutPath(parentTime, parentId),
      rollout(parentTime, parentId, 'parent', { forked_from_id: childId }).bytes,
    );
    writeChild({ forked_from_id: parentId });
    expect((await validateChild()).findings).toEqual(['CYCLE error 1 /payload/forked_from_id']);
  });
});

describe('what a file refers to', () => {
  it('is not judged where there is no home', async () => {
    const child = rollout(childTime, childId, 'child', { forked_from_id: missingId }).bytes;
    const path = home.write('elsewhere.jsonl', child);
    const alone = await home.run(['validate', '--json', path]);
    expect([alone.code, alone.findings]).toEqual([0, ['DANGLING note']]);
    const piped = await home.run(['validate', '--json', '-'], { input: child.toString() });
    expect([piped.code, piped.findings, piped.records[0].file]).toEqual([0, ['DANGLING note'], null]);
  });

  it('is looked for in the home that the file lies in, whatever CODEX_HOME says', async () => {
    const { bytes, end } = writeParent();
    home.write(rolloutPath(parentTime, parentId), bytes);
    const path = writeChild({ history_base: end });
    const outcome = await home.run(['validate', '--json', path], { env: { CODEX_HOME: '/no/such/home' } });
    expect([outcome.code, outcome.stdout]).toEqual([0, '']);
  });
});

describe('two files with one rollout id', () => {
  const path = rolloutPath(childTime, childId);

  it('are worth a note when their content is the same', async () => {
    const bytes = rollout(childTime, childId, 'child', {}).bytes;
    home.write(path, bytes);
    const hidden = home.write(`${path}.zst`, compress(bytes, { checksumFlag: true }));
    const { code, records } = await home.run(['validate', '--json', childId]);
    expect([code, records]).toMatchObject([
      0,
      [{ rule: 'DUP-ID', severity: 'note', file: hidden, thread_id: childId }],
    ]);
  });

  it('are an error when it differs; the plain one is shown', async () => {
    const bytes = rollout(childTime, childId, 'child', {}).bytes;
    home.write(path, bytes);
    home.write(`${path}.zst`, compress(bytes.subarray(0, bytes.lastIndexOf('{"timestamp"')), { checksumFlag: true }));
    home.write(archivedPath(childTime, childId), `${bytes}garbage\n`);
    const { code, findings } = await home.run(['validate', '--json']);
    expect([code, findings.filter((finding) => !finding.startsWith('PERMS'))]).toEqual([
      1,
      ['DUP-ID error', 'DUP-ID error', 'BAD-JSON error'],
    ]);
    expect(await shownTexts()).toEqual(['child 1']);
  });
});

interface Base {
  thread_id: string;
  end_ordinal_exclusive: number;
  end_byte_offset: number | null;
}

function writeParent(): { bytes: Buffer; end: Base } {
  const first = rollout(parentTime, parentId, 'parent', {});
  const end = { thread_id: parentId, end_ordinal_exclusive: first.ordinal, end_byte_offset: first.bytes.length };
  return { bytes: first.event('user_message', { message: 'parent 2' }).bytes, end };
}

function writeChild(fields: object, firstOrdinal?: number): string {
  const base = (fields as { history_base?: Base }).history_base;
  const bytes = rollout(childTime, childId, 'child', fields, firstOrdinal ?? base?.end_ordinal_exclusive ?? 0).bytes;
  return home.write(rolloutPath(childTime, childId), bytes);
}

function rollout(time: string, id: string, text: string, fields: object, firstOrdinal = 0): Rollout {
  return new Rollout('paginated', time, firstOrdinal)
    .add('session_meta', {
      session_id: id,
      id,
      timestamp: time,
      cwd: '/home/ada',
      originator: 'codex_cli_rs',
      cli_version: '0.169.0',
      history_mode: 'paginated',
      ...fields,
    })
    .event('user_message', { message: `${text} 1` });
}

async function validateChild(): Promise<{ code: number | null; findings: string[] }> {
  const { code, records } = await home.run(['validate', '--json', childId]);
  return {
    code,
    findings: records.map(({ rule, severity, line, pointer }) => `${rule} ${severity} ${line} ${pointer}`),
  };
}

async function shownTexts(): Promise<string[]> {
  const { records } = await home.run(['show', '--json', '--msg-type', 'UserMessage', childId]);
  return records.map(({ msg }) => msg.text);
}
