import { createHash } from 'node:crypto';
import type { ModelRequest } from './provider.ts';

/** Makes an id for the n-th thing of a kind in an answer, such as `call_1f0c…`. */
export type IdMaker = (kind: string, n: number) => string;

/**
 * Ids for the items of an answer that comes without them: made from the thread and the place of the answer in it, so that the
 * same answer at the same place has the same ids, and others have others.
 */
export function idMaker({ threadId, items }: Pick<ModelRequest, 'threadId' | 'items'>): IdMaker {
  return (kind, n) => {
    const hash = createHash('sha256').update(`${threadId} ${items.length} ${kind} ${n}`).digest('hex');
    return `${kind}_${hash.slice(0, 24)}`;
  };
}
