import { resolve } from 'node:path';
import { Failure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import type { Selectors } from '../../engine/selectors.ts';
import type { GivenOptions } from './given-options.ts';

/** The selector options of an invocation; see `selectorOptions`. */
export function readSelectors(options: GivenOptions, io: Io): Selectors {
  return {
    ...readTests(options, io),
    archived: options.flag('archived') ? (options.word<'only'>('archived') ?? 'added') : 'no',
    limit: options.count('limit'),
    sort: options.word<'created' | 'updated' | 'size' | 'tokens'>('sort') ?? 'updated',
    reverse: options.flag('reverse'),
  };
}

/** Those that look at one session alone: neither its folder, nor an order or a number. */
export function readTests(options: GivenOptions, io: Io): Selectors {
  if (options.flag('here') && options.text('cwd') !== undefined) {
    throw new Failure('usage', '--here and --cwd name two directories');
  }
  const cwd = options.flag('here') ? io.cwd : options.text('cwd');
  return {
    cwd: cwd === undefined ? undefined : resolve(io.cwd, cwd),
    olderThan: options.duration('older-than'),
    newerThan: options.duration('newer-than'),
    since: options.moment('since'),
    until: options.moment('until'),
    branch: options.text('branch'),
    model: options.text('model'),
    source: options.text('source'),
    name: options.text('name'),
  };
}
