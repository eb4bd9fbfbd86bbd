import type { KindNode } from './event-validator.generated.js';
import { type FaultInWords, faultsInWords } from './schema-faults.ts';

/**
 * What a published schema says of one value.
 *
 * `unknown` names the first tag that the schema does not list: such a value is allowed, because later versions of the
 * format add kinds, and worth a note.
 */
export type Verdict =
  | { ok: true; unknown: UnknownTag | null }
  /** The first fault; where a value may have several forms, what is wrong with the form that came closest. */
  | { ok: false; unknown: null; errors: FaultInWords[] };

export interface UnknownTag {
  /** `type`: of the line or event. `payload`: of its payload, message or item. `item`: of the item in an `item_completed`. */
  level: 'type' | 'payload' | 'item';
  name: string;
}

/** Finds the kind that a value's tags say it is, and asks that kind's compiled validator. */
export function judge(root: KindNode, value: unknown): Verdict {
  let node = root;
  let at = value;
  let unknown: UnknownTag | null = null;
  while (node.split) {
    const { level, key, tag, kinds, absent } = node.split;
    if (key !== null) at = isObject(at) ? at[key] : undefined;
    const name = isObject(at) ? at[tag] : undefined;
    const next: KindNode | undefined = name === undefined && isObject(at) ? absent : kinds.get(name as string);
    if (!next) {
      if (typeof name === 'string') unknown = { level, name };
      break;
    }
    node = next;
  }
  if (node.validate(value)) return unknown ? { ok: true, unknown } : valid;
  return { ok: false, unknown: null, errors: faultsInWords(node.validate.errors ?? [], value) };
}

const valid: Verdict = Object.freeze({ ok: true, unknown: null });

function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === 'object' && value !== null;
}
