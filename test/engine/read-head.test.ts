import { describe, expect, it } from 'vitest';
import { readHead } from '../../src/engine/read-head.ts';
import { envelope, idOf, jsonl, type Lines, makeHome, paginated, record } from '../builders.ts';

const [id, other] = [idOf(1), idOf(2)];
const base = { thread_id: other, end_ordinal_exclusive: 7, end_byte_offset: 1234 };

describe('the head of a rollout', () => {
  it.each<[string, Lines, object]>([
    ['bare', [{ id, timestamp: 'T', instructions: null }], { dialect: 'bare', threadId: id }],
    ['envelope', envelope(record.meta(id)), { dialect: 'envelope', threadId: id, base: null, forkedFrom: null }],
    ['paginated', paginated(0, record.meta(id, { history_mode: 'paginated' })), { dialect: 'paginated', threadId: id }],
    ['paginated without ordinals', envelope(record.meta(id, { history_mode: 'paginated' })), { dialect: 'paginated' }],
    [
      'a fork by reference',
      paginated(7, record.meta(id, { forked_from_id: other, history_base: base })),
      { base: { rolloutId: other, endByte: 1234, endOrdinal: 7 }, forkedFrom: other },
    ],
    [
      'a base without places',
      paginated(7, record.meta(id, { history_base: { thread_id: other.toUpperCase() } })),
      { base: { rolloutId: other, endByte: null, endOrdinal: null } },
    ],
    ['a fork by copy', envelope(record.meta(id, { forked_from_id: other }), record.meta(other)), { forkedFrom: other }],
    ['a fork of 0.80', envelope(record.meta(id), record.meta(other)), { forkedFrom: other, threadId: id }],
    ['two metas of one thread', envelope(record.meta(id), record.meta(id)), { forkedFrom: null }],
    [
      'a meta of another thread further on',
      envelope(record.meta(id), record.userEvent('x'), record.meta(other)),
      { forkedFrom: null },
    ],
    [
      'no meta',
      envelope(record.userEvent('x'), record.userEvent('y'), record.meta(id)),
      { dialect: 'envelope', meta: null, threadId: null },
    ],
    ['a meta after damage', `garbage\n\n${jsonl(envelope(record.meta(id)))}`, { threadId: id }],
    ['nothing', '', { dialect: null, meta: null, threadId: null }],
    [
      'our own stream',
      [{ thread_id: id, seq: 0, timestamp: null, turn: 0, type: 'EventMsg', msg: { type: 'x' } }],
      { dialect: 'event', threadId: id, meta: null },
    ],
  ])('of %s', async (_what, lines, expected) => {
    const home = makeHome();
    expect(await readHead(home.rollout(id, lines))).toMatchObject(expected);
    expect(await readHead(home.rollout(idOf(3), lines, { compressed: true }))).toMatchObject(expected);
  });
});
