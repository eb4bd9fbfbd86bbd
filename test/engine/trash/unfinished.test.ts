import { describe, expect, it } from 'vitest';
import { Unfinished } from '../../../src/engine/trash/unfinished.ts';
import type { JournalEntry } from '../../../src/store/journal-entry.ts';
import { idOf, timeAt } from '../../builders.ts';

describe('what was begun and not brought to an end', () => {
  it('are the files of a session that a purge unlinks one by one, each for itself', () => {
    const unfinished = new Unfinished();
    for (const path of ['a', 'b', 'c']) unfinished.take(purge('purge-intent', [path]));
    unfinished.take(purge('purged', ['b']));
    expect(pathsOf(unfinished)).toEqual(['a', 'c']);
    unfinished.take(purge('purge-undone', []));
    expect(pathsOf(unfinished)).toEqual(['c']);
    unfinished.take(purge('purged', ['c']));
    expect(pathsOf(unfinished)).toEqual([]);
  });
});

function pathsOf(unfinished: Unfinished): string[] {
  return unfinished.purgeIntents.map(({ files }) => files[0]?.path ?? '');
}

function purge(event: string, paths: string[]): JournalEntry {
  const ids = { tx: idOf(9), thread_id: idOf(1), from_tx: idOf(8), kind: 'compress' };
  return { event, at: timeAt(0), ...ids, files: paths.map((path) => ({ path })) } as unknown as JournalEntry;
}
