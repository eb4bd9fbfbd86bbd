import { describe, expect, it } from 'vitest';
import { type Entry, envelope, idOf, jsonl, makeHome, record, turn, unmarkedTurn } from '../builders.ts';
import { readFileAlone, readThread, said } from './reading.ts';

const id = idOf(1);

describe('a rollback', () => {
  it.each([
    ['where turns are marked', turn],
    ['where they are not', unmarkedTurn],
  ])('marks what it dropped, %s', async (_what, make) => {
    const reading = await readBack([
      ...make('one'),
      ...make('two'),
      ...make('three'),
      record.rolledBack(2),
      ...make('four'),
    ]);
    expect(said(reading)).toEqual(['one', 're: one', '~two', '~re: two', '~three', '~re: three', 'four', 're: four']);
    const marker = reading.events.find(({ msg }) => msg?.type === 'ThreadRolledBack');
    expect(marker?.rolled_back).toBeUndefined();
    expect(reading.events.at(-1)?.turn).toBe(4);
  });

  it('of more turns than there are leaves the meta', async () => {
    const reading = await readBack([...turn('one'), record.rolledBack(5)]);
    expect(reading.events.filter((event) => !event.rolled_back).map(({ type, msg }) => msg?.type ?? type)).toEqual([
      'SessionMeta',
      'ThreadRolledBack',
    ]);
  });

  it('of a rollback goes on from what is left', async () => {
    const reading = await readBack([
      ...turn('a'),
      ...turn('b'),
      record.rolledBack(1),
      ...turn('c'),
      record.rolledBack(2),
      ...turn('d'),
    ]);
    expect(said(reading).filter((text) => !text.includes('re:'))).toEqual(['~a', '~b', '~c', 'd']);
  });

  it.each([1, 9, 17, 18])(
    'is found across two blocks of the file, %i bytes of its name in the first',
    async (bytes) => {
      const marker = jsonl(envelope(record.rolledBack(1)));
      const told = jsonl(envelope(record.meta(id), ...turn('a')));
      const empty = jsonl(envelope(['world_state', { pad: '' }]));
      const room = 1024 * 1024 - bytes - marker.indexOf('thread_rolled_back') - told.length - empty.length;
      const home = makeHome();
      home.rollout(id, told + jsonl(envelope(['world_state', { pad: 'x'.repeat(room) }])) + marker);
      expect(said(await readThread(home, id))).toEqual(['~a', '~re: a']);
    },
  );

  it('in a compressed file is found', async () => {
    const home = makeHome();
    home.rollout(id, envelope(record.meta(id), ...turn('a'), record.rolledBack(1)), { compressed: true });
    expect(said(await readThread(home, id))).toEqual(['~a', '~re: a']);
  });

  it('that is only spoken of drops nothing', async () => {
    expect(said(await readBack(turn('what is thread_rolled_back?')))).toEqual([
      'what is thread_rolled_back?',
      're: what is thread_rolled_back?',
    ]);
  });

  it('in our own stream has been done already', async () => {
    const told = turn('what is thread_rolled_back?');
    const first = await readBack([...told, ...turn('b'), ...turn('c'), record.rolledBack(1)]);
    const home = makeHome();
    const again = await readFileAlone(home.write('events.jsonl', jsonl(first.events)));
    expect(again.events).toEqual(first.events);
    const effective = await readFileAlone(home.write('events.jsonl', jsonl(first.events)), { effective: true });
    expect(said(effective).filter((text) => !text.startsWith('re:'))).toEqual(['what is thread_rolled_back?', 'b']);
  });
});

async function readBack(entries: Entry[]) {
  const home = makeHome();
  home.rollout(id, envelope(record.meta(id), ...entries));
  return readThread(home, id);
}
