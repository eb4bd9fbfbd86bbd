import { expect, it } from 'vitest';
import { Failure, toFailure } from '../../src/base/failure.ts';

class Narrower extends Failure {}

it('a failure of another bundle is one here, but not one of a narrower kind', () => {
  const brand = Symbol.for('agent-sessions.Failure');
  const foreign = Object.assign(new Error('elsewhere'), { [brand]: true, kind: 'busy' });
  expect(foreign instanceof Failure).toBe(true);
  expect(toFailure(foreign)).toBe(foreign);
  expect(foreign instanceof Narrower).toBe(false);
  expect(new Narrower('busy', 'here') instanceof Narrower).toBe(true);
  expect(new Failure('busy', 'here') instanceof Narrower).toBe(false);
  const others: unknown[] = [new Error('other'), null, undefined, 'text'];
  for (const other of others) expect(other instanceof Failure).toBe(false);
});
