import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { codexKeys, ownKeys } from '../../../src/runner/config/known-keys.ts';
import type { Keys } from '../../../src/runner/config/shape.ts';

const source = readFileSync(new URL('../../../man/sessions-config.5', import.meta.url), 'utf8');
const page = source.replaceAll(/\\f[BIRP]/g, '').replaceAll('\\-', '-');

/** The names of all keys, with those of the tables that they hold. */
function namesOf(keys: Keys): string[] {
  return Object.entries(keys).flatMap(([name, shape]) => [name, ...('keys' in shape ? namesOf(shape.keys) : [])]);
}

describe('the page sessions-config(5)', () => {
  it.each([...new Set(namesOf({ ...codexKeys, ...ownKeys }))])('tells of %s', (name) => {
    expect(page).toMatch(new RegExp(`(^|[^\\w])${name}([^\\w]|$)`, 'm'));
  });
});
