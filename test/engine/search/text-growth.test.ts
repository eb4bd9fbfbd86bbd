import { appendFileSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { envelope, idOf, jsonl, makeHome, record, type TestHome, turn } from '../../builders.ts';
import { changeIndex } from '../../support/list-sessions.ts';
import { expectSame, findWords, indexedFiles } from './find-words.ts';

const id = idOf(1);
/** The checksum of its beginning is that of the first line. */
const lines = envelope(record.meta(id, { base_instructions: 'Be brief. '.repeat(200) }), ...turn('first one'));
const added = jsonl(envelope(...turn('second one')));

async function grown(): Promise<{ home: TestHome; path: string; offset: number }> {
  const home = makeHome();
  const path = home.rollout(id, lines);
  await expectSame(home, 'one');
  return { home, path, offset: Buffer.byteLength(jsonl(lines)) };
}

/** Changes the text that the index has of a file, as nothing else would: it shows whether the file was read again. */
function mark(home: TestHome): void {
  changeIndex(home, (database) => database.exec("UPDATE text_files SET cwd = 'marked', checksum = 0"));
}

describe('a file that grew', () => {
  it('is read from where the last reading ended', async () => {
    const { home, path, offset } = await grown();
    expect(indexedFiles(home)[0]?.state).toMatchObject({ offset, lines: lines.length, texts: 3 });
    // What was read before is not read again, so what nobody could know of is not noticed: the size stays the same.
    const before = 'first one';
    writeFileSync(path, jsonl(lines).replaceAll(before, 'never one') + added);
    expect(indexedFiles(home)[0]?.texts).toContain(before);
    await findWords(home, 'one');
    const [file] = indexedFiles(home);
    expect(file?.texts).toEqual(['/home/dev/widget', before, `re: ${before}`, 'second one', 're: second one']);
    expect(file?.state).toMatchObject({ offset: offset + Buffer.byteLength(added), texts: 5 });
  });

  it('goes on before a line that is not whole, and before a turn that is left open', async () => {
    const { home, path, offset } = await grown();
    appendFileSync(path, jsonl(envelope(record.started('x'))));
    await expectSame(home, 'one');
    expect(indexedFiles(home)[0]?.state).toMatchObject({ offset, lines: lines.length });
    appendFileSync(path, jsonl(envelope(record.event('context_compacted'), record.complete('x'))));
    const [whole, rest] = [added.slice(0, 700), added.slice(700)];
    appendFileSync(path, whole);
    await expectSame(home, 'one');
    appendFileSync(path, rest);
    await expectSame(home, 'one');
    expect(indexedFiles(home)[0]?.texts).toHaveLength(5);
  });

  it('is read anew when its beginning or the index says otherwise', async () => {
    const { home, path } = await grown();
    const other = jsonl(lines).replace('Be brief', 'Be short').replaceAll('first', 'other');
    writeFileSync(path, other + added);
    expect((await expectSame(home, 'other')).hits).toHaveLength(2);
    expect((await expectSame(home, 'first')).hits).toEqual([]);
    mark(home);
    appendFileSync(path, added);
    expect((await expectSame(home, 'cwd:widget one')).hits).toHaveLength(6);
  });

  it('is read anew when it became shorter, or is another one', async () => {
    const { home, path, offset } = await grown();
    truncateSync(path, offset - 10);
    await expectSame(home, 'one');
    rmSync(path);
    writeFileSync(path, jsonl(envelope(record.meta(id), ...turn('third one'))) + added);
    await expectSame(home, 'one');
    expect((await expectSame(home, 'first')).hits).toEqual([]);
  });
});

describe('a file of the same texts', () => {
  it('keeps them when it is renamed, or written anew', async () => {
    const { home, path } = await grown();
    const idsOf = () =>
      changeIndex(home, (database) => database.prepare('SELECT id FROM texts ORDER BY id').pluck().all());
    const before = idsOf();
    const moved = path.replace('rollout-2026', 'rollout-2027');
    renameSync(path, moved);
    expect((await expectSame(home, 'one')).hits[0]?.path).toBe(moved);
    rmSync(moved);
    home.rollout(id, lines, { compressed: true, archived: true });
    expect((await expectSame(home, 'one')).hits).toHaveLength(2);
    expect(idsOf()).toEqual(before);
    expect(indexedFiles(home)).toHaveLength(1);
  });

  it('is not read when only the time of another changed', async () => {
    const { home, path } = await grown();
    const other = home.rollout(idOf(2), envelope(record.meta(idOf(2)), ...turn('other one')));
    await findWords(home, 'one');
    changeIndex(home, (database) => database.exec(`UPDATE text_files SET status = 'unsound' WHERE path = '${path}'`));
    utimesSync(other, 1, 1);
    await findWords(home, 'absent');
    expect(indexedFiles(home).map(({ status }) => status)).toEqual(['unsound', 'indexed']);
  });
});

describe('very much text', () => {
  it('is read in parts', async () => {
    const long = (name: string) => `${name} ${'and so on and on '.repeat(90_000)}`;
    const home = makeHome();
    home.rollout(id, envelope(record.meta(id), ...['alpha', 'beta', 'gamma'].flatMap((name) => turn(long(name)))));
    home.rollout(idOf(2), envelope(record.meta(idOf(2)), ...turn(long('alpha')), ...turn(long('delta'))), {
      compressed: true,
    });
    for (const [word, count] of [
      ['alpha', 4],
      ['gamma', 2],
      ['delta', 2],
    ] as const) {
      expect((await expectSame(home, word)).hits).toHaveLength(count);
    }
  }, 60_000);
});
