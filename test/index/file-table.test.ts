import { describe, expect, it } from 'vitest';
import { type FileRow, FileTable } from '../../src/index/file-table.ts';
import { idOf } from '../builders.ts';
import { makeDatabase } from './thread-rows.ts';

function fileRow(number: number, more: Partial<FileRow> = {}): FileRow {
  return {
    path: `/home/sessions/${number}`,
    folder: '/home/sessions',
    thread_id: idOf(number),
    rollout_id: idOf(number),
    archived: 0,
    compressed: 0,
    dev: '1',
    ino: '18446744073709551615',
    size: number,
    mtime_ns: String(number).padStart(20, '0'),
    ...more,
  };
}

const obstacle = { path: '/home/sessions/link', folder: '/home/sessions', rule: 'SYMLINK', message: 'is a link' };

describe('files', () => {
  it('are given as they were put, each once', () => {
    const table = new FileTable(makeDatabase());
    const file = fileRow(1, { size: 2 ** 52, path: "/home/sessions/it's 名前\n" });
    table.put(fileRow(1, { path: file.path }));
    table.put(file);
    expect(table.filesIn('/home/sessions')).toEqual([file]);
    table.remove(file.path);
    expect(table.filesIn('/home/sessions')).toEqual([]);
  });

  it('are found by folder, time, thread and rollout', () => {
    const table = new FileTable(makeDatabase());
    const files = [
      fileRow(1),
      fileRow(2, { thread_id: idOf(1), path: '/home/sessions/0' }),
      fileRow(3, { folder: '/home/sessions/x' }),
    ] as const;
    for (const file of files) table.put(file);
    expect(table.filesIn('/home/sessions').length).toBe(2);
    expect(table.filesIn('/home')).toEqual([]);
    expect(table.filesSince(files[1].mtime_ns, 9).map(({ size }) => size)).toEqual([3, 2]);
    expect(table.filesSince(files[1].mtime_ns, 1).map(({ size }) => size)).toEqual([3]);
    expect(table.filesOfThread(idOf(1))).toEqual([files[1], files[0]]);
    expect(table.filesOfRollout(idOf(2))).toEqual([files[1]]);
    expect(table.filesOfThread(idOf(9))).toEqual([]);
  });

  it('are told apart by times that sort as text, now and in the year 2286', () => {
    const table = new FileTable(makeDatabase());
    const [now, later] = [
      fileRow(1, { mtime_ns: '01795377838571000000' }),
      fileRow(2, { mtime_ns: '10000000000000000000' }),
    ];
    table.put(now);
    table.put(later);
    expect(table.filesSince('01795377838571000001', 9)).toEqual([later]);
  });
});

describe('folders', () => {
  it('keep their time and what is in the way in them', () => {
    const table = new FileTable(makeDatabase());
    table.putFolder('/home/sessions', '5', [obstacle]);
    table.putFolder('/home/sessions/x', '6', []);
    expect(table.folders()).toEqual(
      new Map([
        ['/home/sessions', '5'],
        ['/home/sessions/x', '6'],
      ]),
    );
    expect(table.obstacles()).toEqual([obstacle]);
    table.putFolder('/home/sessions', '7', []);
    expect(table.obstacles()).toEqual([]);
    table.putFolder('/home/sessions', '8', [obstacle]);
    table.removeFolder('/home/sessions');
    expect([table.folders().size, table.obstacles()]).toEqual([1, []]);
  });
});
