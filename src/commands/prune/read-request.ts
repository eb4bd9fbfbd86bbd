import { Failure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { parseSize } from '../../base/sizes.ts';
import type { PolicyRecord } from '../../engine/prune/plan.ts';
import type { KeepRules } from '../../engine/prune/policy.ts';
import type { PruneRequest } from '../../engine/prune/policy-of.ts';
import type { Invocation } from '../command.ts';
import type { GivenOptions } from '../frame/given-options.ts';
import { readSelectors } from '../frame/read-selectors.ts';

/**
 * The policy that an invocation asks for.
 *
 * @param named ids of the sessions that were named; null when there is no operand
 */
export function readRequest({ options }: Invocation, named: ReadonlySet<string> | null, io: Io): PruneRequest {
  for (const long of ['limit', 'sort', 'reverse']) {
    if (!options.flag(long)) continue;
    throw new Failure('usage', `--${long} has no meaning for prune: what goes is not a list of which some are taken`, {
      hint: '--keep-last N keeps the newest, --max-total SIZE lets the oldest go until the rest fits',
    });
  }
  const maxTotal = options.text('max-total');
  const selectors = readSelectors(options, io);
  return {
    record: recordOf(options, selectors.cwd, named),
    selectors,
    named,
    isEmpty: options.flag('empty'),
    isDamaged: options.flag('damaged'),
    keep: readKeepRules(options),
    maxTotal: maxTotal === undefined ? null : readSize(maxTotal),
  };
}

/** The options that say what is to go. */
export const policyOptions = [
  ...['here', 'cwd', 'older-than', 'newer-than', 'since', 'until', 'branch', 'model', 'source', 'name', 'archived'],
  ...[
    'limit',
    'sort',
    'reverse',
    'empty',
    'damaged',
    'keep-last',
    'keep-within',
    'keep-daily',
    'keep-weekly',
    'keep-monthly',
  ],
  'max-total',
];

function readKeepRules(options: GivenOptions): KeepRules {
  const rules: KeepRules = {};
  for (const rule of ['last', 'daily', 'weekly', 'monthly'] as const) {
    const count = options.count(`keep-${rule}`);
    if (count === 0) throw new Failure('usage', `--keep-${rule} 0 keeps nothing`, { hint: 'leave it out' });
    if (count !== undefined) rules[rule] = count;
  }
  const within = options.duration('keep-within');
  return within === undefined ? rules : { ...rules, within };
}

function readSize(text: string): number {
  try {
    return parseSize(text);
  } catch (error) {
    const { message, hint } = error as Failure;
    throw new Failure('usage', `--max-total: ${message}`, hint === undefined ? {} : { hint });
  }
}

function recordOf(options: GivenOptions, cwd: string | undefined, named: ReadonlySet<string> | null): PolicyRecord {
  const record: PolicyRecord = {};
  if (cwd !== undefined) record.cwd = cwd;
  for (const long of policyOptions) {
    if (long === 'here' || long === 'cwd' || !options.flag(long)) continue;
    const text = options.text(long);
    const isCount = /^keep-(last|daily|weekly|monthly)$/.test(long);
    record[long.replaceAll('-', '_')] = text === undefined ? true : isCount ? Number(text) : text;
  }
  if (named) record.sessions = [...named].sort();
  return record;
}
