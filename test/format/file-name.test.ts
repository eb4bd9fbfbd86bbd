import { describe, expect, it } from 'vitest';
import { parseRolloutName } from '../../src/format/file-name.ts';

const thread = '01a203d8-27fc-7dd2-a4ee-602a932e3b79';
const segment = '01a203d8-304b-7b81-8dd7-dd0677dda986';

describe('the name of a rollout', () => {
  it('tells the thread and the local time', () => {
    expect(parseRolloutName(`rollout-2026-11-22T15-20-27-${thread}.jsonl`)).toEqual({
      threadId: thread,
      rolloutId: thread,
      localTime: '2026-11-22T15-20-27',
      compressed: false,
    });
  });

  it('tells the segment after a revert', () => {
    expect(parseRolloutName(`rollout-2026-11-22T15-20-29-${thread}_${segment}.jsonl.zst`)).toMatchObject({
      threadId: thread,
      rolloutId: segment,
      compressed: true,
    });
  });

  it.each([
    [`rollout-${thread}.jsonl`, null],
    [`rollout-2026-11-22T15-20-27-${thread}-suffix.jsonl`, '2026-11-22T15-20-27'],
    [`rollout-2026-11-22T15-20-27.123-${thread}.jsonl`, '2026-11-22T15-20-27'],
    [`rollout-yesterday-${thread}.jsonl`, null],
    [`rollout-with\nbreak-${thread}.jsonl`, null],
  ])('is any that Codex resolves: %j', (name, localTime) => {
    expect(parseRolloutName(name)).toMatchObject({ threadId: thread, localTime });
  });

  it('is read without regard to the case of the id', () => {
    expect(parseRolloutName(`rollout-${thread.toUpperCase()}.jsonl`)?.threadId).toBe(thread);
  });

  it('is read with ids of any version', () => {
    const v4 = '5973b6c0-94b8-487b-a530-2aeb6098ae0e';
    expect(parseRolloutName(`rollout-2025-05-07T17-24-21-${v4}.jsonl`)?.threadId).toBe(v4);
  });

  it.each([
    `${thread}.jsonl`,
    `rollout-2026-11-22T15-20-27.jsonl`,
    `rollout-2026-11-22T15-20-27-${thread}.json`,
    `rollout-2026-11-22T15-20-27-${thread}.jsonl.gz`,
    `rollout-2026-11-22T15-20-27-${thread}.jsonl.zst.tmp`,
    `.rollout-${thread}.jsonl`,
    `rollout-${thread.slice(1)}.jsonl`,
    '',
  ])('is not %j', (name) => {
    expect(parseRolloutName(name)).toBeNull();
  });
});
