import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { spool } from '../../src/store/spool.ts';

describe('spooled content', () => {
  it('is a private file until it is removed', async () => {
    const file = await spool(blocks('one\n', 'two', ''));
    expect(readFileSync(file.path, 'utf8')).toBe('one\ntwo');
    expect(statSync(file.path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(file.path)).mode & 0o777).toBe(0o700);
    file.remove();
    expect(existsSync(dirname(file.path))).toBe(false);
    file.remove();
  });

  it('leaves nothing behind when its source fails', async () => {
    let folder = '';
    async function* failing() {
      yield Buffer.from('x');
      folder = 'seen';
      throw new Error('source failed');
    }
    await expect(spool(failing())).rejects.toThrow('source failed');
    expect(folder).toBe('seen');
  });
});

async function* blocks(...texts: string[]): AsyncGenerator<Buffer> {
  for (const text of texts) yield Buffer.from(text);
}
