import type { Fault } from './event-validator.generated.js';

export interface FaultInWords {
  /** JSON pointer to the value that is wrong; empty for the whole value. */
  pointer: string;
  message: string;
}

/**
 * The faults that a validator found, in plain words.
 *
 * Where a value may have several forms, the validator reports what each form misses: those nearest to the core of the
 * value are kept, because a form that fits further in is the one that was meant.
 */
export function faultsInWords(faults: readonly Fault[], value: unknown): FaultInWords[] {
  const told = faults.filter((fault) => !summaries.has(fault.keyword));
  const deepest = Math.max(0, ...told.map(depth));
  const kept = told.filter((fault) => depth(fault) === deepest).map((fault) => inWords(fault, value));
  if (kept.length === 0)
    return [{ pointer: faults[0]?.instancePath ?? '', message: 'has a form that the schema does not know' }];
  return kept.filter((fault, index) => kept.findIndex((other) => isSame(fault, other)) === index);
}

/** Keywords that only say that others failed. */
const summaries = new Set(['if', 'anyOf', 'allOf', 'oneOf', 'not']);

function depth(fault: Fault): number {
  return fault.instancePath.split('/').length;
}

function isSame(one: FaultInWords, other: FaultInWords): boolean {
  return one.pointer === other.pointer && one.message === other.message;
}

function inWords(fault: Fault, value: unknown): FaultInWords {
  const { instancePath: pointer, keyword, params } = fault;
  return { pointer, message: message(keyword, params, valueAt(value, pointer)) };
}

function message(keyword: string, params: Fault['params'], actual: unknown): string {
  switch (keyword) {
    case 'required':
      return `${quoted(params.missingProperty)} is missing`;
    case 'type':
      return `must be ${articled(params.type)}, not ${kindOf(actual)}`;
    case 'enum':
      return `must be ${listed(params.allowedValues)}, not ${shown(actual)}`;
    case 'const':
      return `must be ${shown(params.allowedValue)}, not ${shown(actual)}`;
    case 'minimum':
      return `must be at least ${String(params.limit)}, not ${shown(actual)}`;
    case 'maximum':
      return `must be at most ${String(params.limit)}, not ${shown(actual)}`;
    case 'minLength':
      return 'must not be empty';
    case 'pattern':
      return `has a form that is not allowed: ${shown(actual)}`;
    case 'additionalProperties':
      return `${quoted(params.additionalProperty)} is not allowed here`;
    case 'uniqueItems':
      return `holds the same item twice, at ${String(params.j)} and ${String(params.i)}`;
    case 'minProperties':
    case 'maxProperties':
      return 'must have exactly one member';
    case 'false schema':
      return 'is not allowed here';
    default:
      return `breaks the rule ${keyword}`;
  }
}

const articles: { [type: string]: string } = {
  string: 'a string',
  number: 'a number',
  integer: 'an integer',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

function articled(types: unknown): string {
  const names = (Array.isArray(types) ? types : [types]).map((type) => articles[String(type)] ?? String(type));
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} or ${names.at(-1)}` : (names[0] ?? '');
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : `the number ${value}`;
  return typeof value === 'boolean' ? String(value) : (articles[typeof value] ?? typeof value);
}

function listed(values: unknown): string {
  const all = (values as unknown[]).map(shown);
  return all.length > 1 ? `one of ${all.slice(0, -1).join(', ')} or ${all.at(-1)}` : (all[0] ?? '');
}

const longest = 60;

function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null) return kindOf(value);
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function quoted(name: unknown): string {
  return shown(String(name));
}

function valueAt(value: unknown, pointer: string): unknown {
  let at = value;
  for (const part of pointer.split('/').slice(1)) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as { [key: string]: unknown })[part.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return at;
}
