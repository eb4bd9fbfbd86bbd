import { describe, expect, it } from 'vitest';
import { loadCatalog } from '../../../src/engine/catalog.ts';
import { type FileFacts, readFileFacts } from '../../../src/engine/prune/read-file.ts';
import type { RolloutEntry } from '../../../src/store/discover.ts';
import { homeAt } from '../../../src/store/home.ts';
import {
  envelope,
  idOf,
  jsonl,
  type Lines,
  makeHome,
  paginated,
  record,
  timeAt,
  turn,
  zstdFrame,
} from '../../builders.ts';

const base = { thread_id: idOf(2), end_ordinal_exclusive: 4, end_byte_offset: 400 };
const meta = (more = {}) => record.meta(idOf(1), { history_mode: 'paginated', ...more });
const fork = jsonl(paginated(4, meta({ history_base: base, forked_from_id: idOf(3) })));

async function factsOf(lines: Lines, compressed = false): Promise<FileFacts> {
  const home = makeHome();
  home.rollout(idOf(1), lines, { compressed });
  const catalog = await loadCatalog(homeAt(home.path));
  return (await readFileFacts(catalog.home, catalog.thread(idOf(1))[0] as RolloutEntry)) as FileFacts;
}

describe('what a file says that it refers to', () => {
  it.each<[string, Lines, Partial<FileFacts>]>([
    ['a fork by reference', fork, { bases: [idOf(2)], claims: idOf(1), doubt: null }],
    ['blank lines before it', `\n\r\n${fork}`, { bases: [idOf(2)] }],
    [
      'a spawned one',
      envelope(meta({ source: { subagent: { thread_spawn: { parent_thread_id: idOf(8) } } } })),
      { spawner: idOf(8) },
    ],
    ['a review', envelope(meta({ source: { subagent: 'review' }, parent_thread_id: idOf(8) })), { spawner: null }],
    ['of another id', envelope(record.meta(idOf(5))), { claims: idOf(5) }],
    ['an empty file', '', { bases: [], claims: null, recordedMs: null, isTimeAmbiguous: false }],
    ['a first line that is unfinished', fork.slice(0, -4), { bases: [idOf(1), idOf(3), idOf(2)], doubt: null }],
    [
      'a first record with a key twice',
      fork.replace('"end_ordinal', '"thread_id":"x","end_ordinal'),
      {
        doubt: expect.stringContaining("'thread_id' twice"),
        bases: ['x', idOf(1), idOf(3), idOf(2)],
      },
    ],
    ['no meta at all', envelope(...turn('x')), { claims: null, bases: [] }],
  ])('%s', async (_, lines, expected) => {
    const facts = await factsOf(lines);
    expect({ ...facts, bases: [...facts.bases].sort() }).toMatchObject({
      ...expected,
      ...(expected.bases && { bases: [...expected.bases].sort() }),
    });
  });

  it.each<[string, Lines, boolean]>([
    ['a first line that is no JSON', fork.replace('{', ''), false],
    ['a hole in it', fork.replace(idOf(2), '\0'.repeat(36)), false],
    [
      'bytes that are no UTF-8',
      Buffer.concat([Buffer.from(fork.slice(0, 40)), Buffer.from([0xff]), Buffer.from(fork.slice(41))]),
      false,
    ],
    ['compressed content that ends at once', zstdFrame('x'.repeat(50_000)).subarray(0, 9), false],
    ['another compression', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0]), false],
    ['a first line without an end, and too long', `{"a":"${'x'.repeat(40 << 20)}"}\n`, false],
  ])('stops everything where it cannot be read: %s', async (_, lines) => {
    await expect(factsOf(lines)).rejects.toMatchObject({ kind: 'refused', hint: expect.any(String) });
  });
});

describe('when a file says that it was written', () => {
  const lines = envelope(meta(), ...turn('x'));
  const withLast = (timestamp: unknown) => [...lines.slice(0, -1), { ...lines.at(-1), timestamp }];
  it.each<[string, Lines, number | null, boolean]>([
    ['its last record', lines, Date.parse(timeAt(8)), false],
    ['its last record, with an unfinished line behind it', `${jsonl(lines)}{"timest`, Date.parse(timeAt(8)), false],
    ['with damage behind it', `${jsonl(lines)}nonsense\n\n`, Date.parse(timeAt(8)), false],
    ['with much damage behind it', `${jsonl(lines)}${'nonsense\n'.repeat(20_000)}`, Date.parse(timeAt(8)), false],
    [
      'a last record over the end that is read',
      [...lines, ...envelope(record.userItem('x'.repeat(200_000)))],
      Date.parse(timeAt(0)),
      false,
    ],
    ['no zone', withLast('2026-01-02T03:04:05'), null, true],
    ['a leap second', withLast('2026-06-30T23:59:60Z'), null, true],
    ['the year 10000', withLast('10000-01-01T00:00:00Z'), null, true],
    ['1970', withLast('1970-01-01T00:00:00Z'), null, true],
    ['nothing', withLast(undefined), null, true],
    ['a number', withLast(1_700_000_000), null, true],
    ['a bare session', [{ id: idOf(1), timestamp: '2025-06-01T00:00:00Z' }, { record_type: 'state' }], null, false],
  ])('%s', async (_, content, ms, isAmbiguous) => {
    for (const compressed of [false, true]) {
      expect(await factsOf(content, compressed)).toMatchObject({ recordedMs: ms, isTimeAmbiguous: isAmbiguous });
    }
  });
});
