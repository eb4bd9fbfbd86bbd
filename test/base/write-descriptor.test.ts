import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDescriptor } from '../../src/base/write-descriptor.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'descriptor-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Both ends of a pipe that never block. */
function openPipe(): { reader: number; writer: number } {
  const path = join(folder, 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: openSync(path, constants.O_WRONLY | constants.O_NONBLOCK) };
}

describe('openDescriptor', () => {
  it('writes chunks in the order of the calls, awaited or not', async () => {
    const path = join(folder, 'file');
    const descriptor = openSync(path, 'w');
    const write = openDescriptor(descriptor, 'the file');
    await Promise.all(
      Array.from({ length: 200 }, (_, index) => write(index % 2 ? `${index}\n` : Buffer.from(`${index}\n`))),
    );
    closeSync(descriptor);
    expect(readFileSync(path, 'utf8')).toBe(Array.from({ length: 200 }, (_, index) => `${index}\n`).join(''));
  });

  it('loses nothing when the reader of a non-blocking pipe is slow', async () => {
    const { reader, writer } = openPipe();
    const sent = Buffer.alloc(1 << 20, 'abcdefghijklmnopqrstuvwxyz');
    const written = openDescriptor(writer, 'the pipe')(sent);
    const received: Buffer[] = [];
    const reading = (async () => {
      for (let total = 0; total < sent.length; ) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        const chunk = Buffer.alloc(100_000);
        try {
          const length = readSync(reader, chunk);
          received.push(chunk.subarray(0, length));
          total += length;
        } catch (error) {
          expect(error).toMatchObject({ code: 'EAGAIN' });
        }
      }
    })();
    await Promise.all([written, reading]);
    expect(Buffer.concat(received).equals(sent)).toBe(true);
    closeSync(reader);
    closeSync(writer);
  });

  it('says closed-pipe when the reader is gone, also for later writes', async () => {
    const { reader, writer } = openPipe();
    const write = openDescriptor(writer, 'the pipe');
    await write('read');
    closeSync(reader);
    const first = write('a');
    const second = write('b');
    await expect(first).rejects.toMatchObject({ kind: 'closed-pipe' });
    await expect(second).rejects.toMatchObject({ kind: 'closed-pipe' });
    await expect(write('c')).rejects.toMatchObject({ kind: 'closed-pipe' });
    closeSync(writer);
  });

  it('names the output and the reason when the disk is full', async () => {
    const descriptor = openSync('/dev/full', 'w');
    await expect(openDescriptor(descriptor, 'standard output')('a')).rejects.toMatchObject({
      kind: 'trouble',
      message: 'cannot write to standard output: no space left on device',
    });
    closeSync(descriptor);
  });
});
