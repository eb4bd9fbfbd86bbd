import { describe, expect, it } from 'vitest';
import { Settings } from '../../src/index/settings.ts';
import { makeDatabase } from './thread-rows.ts';

describe('a setting', () => {
  it.each([[1795377838571], ['text\n7 "x"'], [null], [false], [[['a', 'b']]], [{ names: [] }], ['']])(
    'is given as it was set: %j',
    (value) => {
      const settings = new Settings(makeDatabase());
      settings.set('key', 'before');
      settings.set('key', value);
      expect(settings.get('key')).toEqual(value);
      expect(settings.get('another')).toBeUndefined();
    },
  );

  it('reads as absent when any bit of it is flipped', () => {
    const database = makeDatabase();
    const settings = new Settings(database);
    settings.set('key', { at: 17 });
    const value = database.prepare('SELECT value FROM settings').pluck().get() as string;
    const bytes = Buffer.from(value);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const copy = Buffer.from(bytes);
      copy[bit >> 3]! ^= 1 << (bit & 7);
      database.prepare('UPDATE settings SET value = ?').run(copy.toString());
      expect(settings.get('key')).toBeUndefined();
    }
  });

  it.each(['', ' ', '0', '0 ', 'x {}', '12345 {"at":17}'])('that is %j reads as absent', (value) => {
    const database = makeDatabase();
    database.prepare('INSERT INTO settings VALUES (?, ?)').run('key', value);
    expect(new Settings(database).get('key')).toBeUndefined();
  });
});
