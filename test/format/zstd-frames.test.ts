import { describe, expect, it } from 'vitest';
import { hasChecksum, isFrameStart, sniffContent } from '../../src/format/zstd-frames.ts';
import { skippableFrame, zstdFrame } from '../builders.ts';

describe('content', () => {
  it.each([
    ['zstd', zstdFrame('x')],
    ['zstd', skippableFrame('x', 0)],
    ['zstd', skippableFrame('x', 15)],
    ['gzip', Buffer.from([0x1f, 0x8b, 8, 0])],
    ['old-zstd', Buffer.from([0x27, 0xb5, 0x2f, 0xfd])],
    ['plain', Buffer.from('{"a":1}')],
    ['plain', Buffer.alloc(0)],
    ['plain', Buffer.alloc(8)],
  ])('is told by its first bytes: %s', (content, bytes) => {
    expect(sniffContent(bytes)).toBe(content);
    expect(isFrameStart(bytes)).toBe(content === 'zstd');
  });

  it('is zstd also when the file was cut within the first four bytes', () => {
    const frame = zstdFrame('x');
    for (let length = 1; length < 4; length++) {
      expect(sniffContent(frame.subarray(0, length))).toBe('zstd');
      expect(isFrameStart(frame.subarray(0, length))).toBe(false);
    }
  });
});

describe('a checksum', () => {
  it('is announced by the frame', () => {
    expect(hasChecksum(zstdFrame('x', { checksum: true }))).toBe(true);
    expect(hasChecksum(zstdFrame('x'))).toBe(false);
  });

  it('is not known of anything else', () => {
    expect(hasChecksum(skippableFrame('x'))).toBeNull();
    expect(hasChecksum(zstdFrame('x').subarray(0, 4))).toBeNull();
    expect(hasChecksum(Buffer.from('plain text'))).toBeNull();
  });
});
