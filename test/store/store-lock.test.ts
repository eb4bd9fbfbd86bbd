import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { homeAt } from '../../src/store/home.ts';
import { lockStore } from '../../src/store/store-lock.ts';
import { makeHome } from '../builders.ts';

describe('the lock of what a home keeps', () => {
  it('names its file as people know it, and what the system says, where it cannot be taken', () => {
    const home = makeHome();
    home.write('.sessions/config.toml', '');
    const lock = join(home.path, '.sessions/store.lock');
    symlinkSync('elsewhere', lock);
    expect(() => lockStore(homeAt(home.path))).toThrow(
      expect.objectContaining({
        kind: 'trouble',
        message: 'the lock file cannot be opened: too many symbolic links encountered',
        place: expect.objectContaining({ file: lock }),
      }),
    );
  });
});
