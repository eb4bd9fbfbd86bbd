import { describe, expect, it } from 'vitest';
import type { Rollout } from '../../../scripts/fixtures/rollout.mjs';
import { rulesOf, session } from './check-lines.ts';

const start = (rollout: Rollout, id: string) => rollout.event('task_started', { turn_id: id });
const complete = (rollout: Rollout, id: string) => rollout.event('task_complete', { turn_id: id });
const abort = (rollout: Rollout, id?: string) =>
  rollout.event('turn_aborted', { reason: 'interrupted', ...(id && { turn_id: id }) });
const itemDone = (rollout: Rollout, turn: string, type: string) =>
  rollout.event('item_completed', { thread_id: 'x', turn_id: turn, item: { type, id: 'i', content: [], review: '' } });

describe('turns', () => {
  it.each<[string, (rollout: Rollout) => unknown, string[]]>([
    ['started and completed', (it) => complete(start(it, 'a'), 'a'), []],
    ['aborted', (it) => abort(start(it, 'a'), 'a'), []],
    ['aborted without an id, as before 0.120', (it) => abort(start(it, 'a')), []],
    ['aborted without a start, as before 0.101', (it) => abort(abort(it)), []],
    ['recorded from some version on', (it) => complete(start(abort(it), 'a'), 'a'), []],
    ['followed by an item of theirs', (it) => itemDone(abort(start(it, 'a'), 'a'), 'a', 'AgentMessage'), []],
    ['left open at the end', (it) => start(it, 'a'), ['TURN-UNFINISHED note 2']],
    ['left open by a crash', (it) => complete(start(start(it, 'a'), 'b'), 'b'), ['TURN-UNFINISHED note 2']],
    ['ended twice', (it) => complete(complete(start(it, 'a'), 'a'), 'a'), ['TURN-END-WITHOUT-START error 4']],
    [
      'ended under another id',
      (it) => complete(start(it, 'a'), 'b'),
      ['TURN-END-WITHOUT-START error 3', 'TURN-UNFINISHED note 2'],
    ],
    [
      'reviews, before 0.149',
      (it) =>
        complete(start(it.event('entered_review_mode', { target: { type: 'uncommittedChanges' } }), 'inner'), 'asked'),
      [],
    ],
    ['reviews, since', (it) => complete(start(itemDone(it, 'asked', 'EnteredReviewMode'), 'inner'), 'asked'), []],
    [
      'ended under another id after a review',
      (it) => complete(start(complete(start(itemDone(it, 'r', 'EnteredReviewMode'), 'i'), 'r'), 'a'), 'b'),
      ['TURN-END-WITHOUT-START error 6', 'TURN-UNFINISHED note 5'],
    ],
  ])('may be %s', async (_how, write, expected) => {
    const rollout = session('envelope');
    write(rollout);
    expect(await rulesOf(rollout.bytes)).toEqual(expected);
  });
});
