import { Failure } from '../../base/failure.ts';
import { oneLine } from '../../base/safe-text.ts';
import type { Rollouts } from '../catalog.ts';
import { openThread } from '../open-thread.ts';
import { readPartBatches } from '../read-thread.ts';

/** Where a fork begins: behind a turn, before one, or behind the last one that is complete. Turns count from 1. */
export type ForkPoint = { kind: 'end-of' | 'before'; turn: number } | { kind: 'last' };

/**
 * The point before the last turn in which the user said something that holds a text.
 *
 * @throws Failure `usage` when nothing does, with what was said, or when only the first turn does
 */
export async function pointBefore(rollouts: Rollouts, threadId: string, text: string): Promise<ForkPoint> {
  if (text === '') throw new Failure('usage', '--before needs a text');
  const source = await openThread(rollouts, threadId, () => {});
  const said = new Map<number, string>();
  let found = 0;
  for await (const events of readPartBatches({ ...source, openPrefix: null }, () => {})) {
    for (const { turn, ...event } of events) {
      if (event.type !== 'EventMsg' || event.msg.type !== 'UserMessage' || typeof event.msg.text !== 'string') continue;
      if (event.msg.text.includes(text)) found = Math.max(found, turn);
      if (turn > 0 && !said.has(turn)) said.set(turn, event.msg.text.slice(0, LONGEST_SHOWN));
      if (said.size > MOST_SHOWN) said.delete(said.keys().next().value as number);
    }
  }
  if (found === 1) {
    throw new Failure('usage', `'${oneLine(text)}' is said in the first turn, before which there is nothing`, {
      hint: 'begin a new session instead',
    });
  }
  if (found > 1) return { kind: 'before', turn: found };
  const hint = [...said].map(([turn, words]) => `turn ${turn}: ${oneLine(words)}`).join('\n');
  const what = `in no turn of session ${threadId} did the user say '${oneLine(text)}'`;
  throw new Failure('usage', what, hint === '' ? {} : { hint });
}

const LONGEST_SHOWN = 70;
const MOST_SHOWN = 8;
