import { appendFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/base/io.ts';
import { followBlocks } from '../../src/engine/follow.ts';
import { makeFolder, zstdFrame } from '../builders.ts';

const folder = makeFolder();

/**
 * Follows a file while a story happens to it: at each sleep of the follower the next step is done. After the last one the
 * signal fires.
 */
async function follow(path: string, ...story: (() => void)[]): Promise<string> {
  const stop = new AbortController();
  const steps = [...story];
  const clock: Clock = {
    now: () => 0,
    sleep: async () => {
      const step = steps.shift();
      if (step) step();
      else stop.abort();
    },
  };
  let seen = '';
  for await (const block of followBlocks(path, clock, stop.signal)) seen += block.toString();
  expect(steps).toEqual([]);
  return seen;
}

let number = 0;
function start(content: string): string {
  const path = join(folder, `${number++}.jsonl`);
  writeFileSync(path, content);
  return path;
}

describe('a file that is followed', () => {
  it('is given from its beginning, then as it grows', async () => {
    const path = start('one\n');
    const append = (text: string) => () => appendFileSync(path, text);
    const seen = await follow(path, append('two\n'), () => {}, append('thr'), append('ee\n'));
    expect(seen).toBe('one\ntwo\nthree\n');
  });

  it('may be empty at first', async () => {
    const path = start('');
    expect(await follow(path, () => appendFileSync(path, 'x\n'))).toBe('x\n');
  });

  it('goes on when it is compressed, and when it is plain again', async () => {
    const path = start('one\n');
    const seen = await follow(
      path,
      () => appendFileSync(path, 'two\n'),
      () => {
        writeFileSync(`${path}.zst`, zstdFrame('one\ntwo\nthree\n'));
        unlinkSync(path);
      },
      () => {},
      () => {
        writeFileSync(`${path}.new`, 'one\ntwo\nthree\nfour\n');
        renameSync(`${path}.new`, path);
        unlinkSync(`${path}.zst`);
      },
      () => appendFileSync(path, 'five\n'),
    );
    expect(seen).toBe('one\ntwo\nthree\nfour\nfive\n');
  });

  it('may be compressed from the start', async () => {
    const path = start('');
    unlinkSync(path);
    writeFileSync(`${path}.zst`, zstdFrame('one\n'));
    const grow = () => writeFileSync(`${path}.zst`, Buffer.concat([zstdFrame('one\n'), zstdFrame('two\n')]));
    expect(await follow(`${path}.zst`, grow)).toBe('one\ntwo\n');
  });

  it('is given once where both forms are there for a while', async () => {
    const path = start('one\n');
    const seen = await follow(
      path,
      () => writeFileSync(`${path}.zst`, zstdFrame('one\n')),
      () => appendFileSync(path, 'two\n'),
      () => unlinkSync(`${path}.zst`),
    );
    expect(seen).toBe('one\ntwo\n');
  });

  it('may be away for a moment', async () => {
    const path = start('one\n');
    const seen = await follow(
      path,
      () => renameSync(path, `${path}.away`),
      () => {},
      () => {},
      () => renameSync(`${path}.away`, path),
      () => appendFileSync(path, 'two\n'),
    );
    expect(seen).toBe('one\ntwo\n');
  });

  it('ends the following when it is gone for good', async () => {
    const path = start('one\n');
    unlinkSync(path);
    let polls = 0;
    const clock: Clock = { now: () => 0, sleep: async () => void polls++ };
    for await (const _ of followBlocks(path, clock, new AbortController().signal)) throw new Error('nothing was there');
    expect(polls).toBe(25);
  });

  it('that shrinks gives nothing again', async () => {
    const path = start('one\ntwo\n');
    expect(
      await follow(
        path,
        () => writeFileSync(path, 'one\n'),
        () => writeFileSync(path, 'one\ntwo\nthree\n'),
      ),
    ).toBe('one\ntwo\nthree\n');
  });

  it('is read only when it has changed', async () => {
    const path = start('one\n');
    expect(await follow(path, ...Array.from({ length: 50 }, () => () => {}))).toBe('one\n');
  });
});
