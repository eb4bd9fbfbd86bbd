import { createHash } from 'node:crypto';
import { Failure } from '../../base/failure.ts';

/** One of several parts of the sessions, which together are all of them. */
export interface Subset {
  /** From 1. */
  part: number;
  of: number;
}

/** Reads `3/7`. @throws Failure `usage` */
export function parseSubset(text: string): Subset {
  const match = /^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(text);
  const [part, of] = [Number(match?.[1]), Number(match?.[2])];
  if (!match || part > of) {
    throw new Failure('usage', `--subset: '${text}' is not a part of a whole`, {
      hint: 'such as 3/7, the third of seven',
    });
  }
  return { part, of };
}

/** The same part for the same rollout in every run, whatever else there is. */
export function isInSubset(rolloutId: string, { part, of }: Subset): boolean {
  return createHash('sha256').update(rolloutId).digest().readUInt32BE(0) % of === part - 1;
}
