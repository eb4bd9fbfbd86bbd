import { parseDuration } from '../../base/durations.ts';
import type { ModelItem } from '../../model/history.ts';
import { failed } from './failed.ts';
import { checkedItem } from './item-shape.ts';
import type { ProviderFailure } from './provider.ts';
import type { ScriptCall, ScriptStep } from './script.ts';
import { usageOf } from './usage.ts';

export interface ScriptFault {
  /** Where in the script, as keys and 0-based positions. */
  path: (string | number)[];
  message: string;
}

/** A step as it is written, checked. What is wrong with it goes to `fail`, which throws. */
export function stepOf(value: unknown, path: ScriptFault['path'], fail: (fault: ScriptFault) => never): ScriptStep {
  const step = new Part(value, path, fail, 'a step');
  step.allow('expect', 'delay', 'reasoning', 'text', 'calls', 'items', 'usage', 'fail');
  return {
    expect: step.text('expect'),
    delayMs: step.duration('delay') ?? 0,
    reasoning: step.text('reasoning'),
    text: step.text('text'),
    calls: step.list('calls', 'a call').map(callOf),
    items: step.list('items', 'an item').map(itemOf),
    usage: step.part('usage', usageIn),
    fail: step.part('fail', failureIn),
  };
}

function callOf(call: Part): ScriptCall {
  call.allow('name', 'arguments', 'input', 'id');
  const name = call.text('name') ?? call.fail('name', 'a call has a name');
  const id = call.text('id');
  const { arguments: given, input } = call.value;
  if (input !== undefined) {
    if (given !== undefined) call.fail('input', 'a call has arguments or an input, not both');
    return { kind: 'custom', name, input: call.text('input') as string, id };
  }
  // As a text they may be broken JSON, on purpose.
  return { kind: 'function', name, input: typeof given === 'string' ? given : JSON.stringify(given ?? {}), id };
}

function itemOf(item: Part): ModelItem {
  try {
    return checkedItem(item.value);
  } catch (error) {
    return item.fail(null, (error as Error).message.replace('the server sent ', ''));
  }
}

function usageIn(usage: Part) {
  usage.allow('input', 'cached', 'output', 'reasoning');
  const { input, cached, output, reasoning } = usage.value;
  return usageOf({ input, cached, output, reasoning }) ?? usage.fail(null, 'usage has input and output, as counts');
}

const kinds: readonly ProviderFailure['kind'][] = [
  'unreachable',
  'auth',
  'rate-limit',
  'server',
  'stream',
  'refused',
  'context-length',
  'limit',
];

function failureIn(part: Part): ProviderFailure {
  part.allow('kind', 'message', 'retry', 'after');
  const kind =
    kinds.find((each) => each === part.value.kind) ?? part.fail('kind', `kind is one of ${kinds.join(', ')}`);
  const { retry } = part.value;
  if (retry !== undefined && typeof retry !== 'boolean') part.fail('retry', 'retry is true or false');
  return failed(kind, part.text('message') ?? `the script says ${kind}`, {
    ...(retry === undefined ? {} : { isRetryable: retry as boolean }),
    retryAfterMs: part.duration('after'),
  });
}

/** One object of a script, and where it stands. */
class Part {
  readonly value: Readonly<Record<string, unknown>>;
  readonly #path: ScriptFault['path'];
  readonly #fail: (fault: ScriptFault) => never;
  readonly #what: string;

  constructor(value: unknown, path: ScriptFault['path'], fail: (fault: ScriptFault) => never, what: string) {
    if (value === null || typeof value !== 'object' || Array.isArray(value))
      fail({ path, message: `${what} is an object` });
    this.value = value as Record<string, unknown>;
    this.#path = path;
    this.#fail = fail;
    this.#what = what;
  }

  fail(key: string | null, message: string): never {
    return this.#fail({ path: key === null ? this.#path : [...this.#path, key], message });
  }

  allow(...keys: string[]): void {
    for (const key of Object.keys(this.value)) {
      if (!keys.includes(key)) this.fail(key, `'${key}' is no part of ${this.#what}: ${keys.join(', ')}`);
    }
  }

  text(key: string): string | null {
    const value = this.value[key] ?? null;
    return value === null || typeof value === 'string' ? value : this.fail(key, `${key} is a text`);
  }

  /** Milliseconds: a number of them, or a duration such as `2s`. */
  duration(key: string): number | null {
    const value = this.value[key] ?? null;
    if (value === null || (typeof value === 'number' && value >= 0)) return value as number | null;
    try {
      return parseDuration(String(value).replace(/^(\d+)ms$/, (_, ms) => `${ms / 1000}s`));
    } catch {
      return this.fail(key, `${key} is a duration such as 200ms or 2s`);
    }
  }

  list(key: string, what: string): Part[] {
    const value = this.value[key] ?? [];
    if (!Array.isArray(value)) return this.fail(key, `${key} is a list`);
    return value.map((each, n) => new Part(each, [...this.#path, key, n], this.#fail, what));
  }

  part<T>(key: string, read: (part: Part) => T): T | null {
    const value = this.value[key] ?? null;
    return value === null ? null : read(new Part(value, [...this.#path, key], this.#fail, key));
  }
}
