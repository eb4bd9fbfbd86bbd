import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { turnSignal } from '../../../src/engine/turn-signal.ts';
import type { EventBody } from '../../../src/model/event.ts';
import type { TurnSignal } from '../../../src/model/turn-tracker.ts';
import { type Entry, envelope, idOf, makeHome, record, turn, unmarkedTurn } from '../../builders.ts';
import { readThread } from '../reading.ts';
import { replaced, stateOf, stateOfLines, stateOfRecords, summarised, texts } from './reconstructing.ts';

const id = idOf(1);

const entries: fc.Arbitrary<Entry[]> = fc
  .array(
    fc.oneof(
      fc.constantFrom('a', 'b', 'c').map((text) => turn(text)),
      fc.constantFrom('d', 'e').map((text) => unmarkedTurn(text)),
      fc.integer({ min: 1, max: 3 }).map((turns) => [record.rolledBack(turns)]),
      fc.constantFrom(
        [summarised('gist')],
        [replaced('kept', 'gist')],
        [record.started('m'), replaced('kept'), record.complete('m')],
        [record.started('x')],
        [record.userItem('loose')],
        [record.userEvent('loose')],
        [record.event('user_message', { message: 7 })],
        [record.event('task_started', { turn_id: 7 })],
        [record.event('turn_aborted', { turn_id: 'x', reason: 'interrupted' })],
        [record.userItem('<environment_context>x</environment_context>')],
        [record.call('c', 'shell', {})],
        [record.item('function_call', { name: 7, arguments: [], call_id: 7 })],
        [['world_state', { full: true }] as Entry],
      ),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.flat());

describe('whatever is recorded', () => {
  it('has as many turns as are shown, and at each the state of its records up to there', async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (recorded) => {
        const home = makeHome();
        const lines = envelope(record.meta(id), ...recorded);
        home.rollout(id, lines);
        const { events } = await readThread(home, id);
        const { turns } = await stateOf(home, id);
        expect(turns).toBe(events.reduce((last, event) => Math.max(last, event.turn), 0));
        for (let number = 1; number <= turns; number++) {
          const next = events.find((event) => event.turn > number || (event.turn === number && isRollback(event)));
          const cut = await stateOfLines(lines.slice(0, next ? (next.line as number) - 1 : undefined));
          const at = await stateOf(home, id, number);
          // A start that ends what was cut is a turn there; in the whole it is none where only a compaction follows.
          const isOpen =
            next && lastSignal(events.slice(0, events.indexOf(next)) as readonly unknown[] as EventBody[]) === 'start';
          expect(isOpen ? [number, number + 1] : [number]).toContain(cut.turns);
          const expected = { ...cut, turns: number, obstacle: null, problems: [] };
          expect({ ...at, obstacle: null, problems: [] }).toEqual(expected);
        }
      }),
      { numRuns: 60, examples: [[[...turn('a'), record.started('x'), record.rolledBack(1), summarised('gist')]]] },
    );
  });

  it('holds every turn back as long as show does', async () => {
    for (const count of [254, 255, 256, 300]) {
      const silence = Array.from({ length: count }, (): Entry => ['world_state', { full: false }]);
      const recorded = [
        ...turn('a'),
        record.started('b'),
        ...silence,
        summarised('gist'),
        record.complete('b'),
        ...turn('c'),
      ];
      const home = makeHome();
      home.rollout(id, envelope(record.meta(id), ...recorded));
      const shown = (await readThread(home, id)).events.at(-1)?.turn;
      expect([count, (await stateOfRecords(recorded)).turns]).toEqual([count, shown]);
    }
  });

  it('never makes a message of the user of what was compacted away', async () => {
    const state = await stateOfRecords([...turn('secret'), replaced('kept'), ...turn('b')]);
    expect(texts(state).join()).not.toContain('secret');
  });
});

function lastSignal(events: readonly EventBody[]): TurnSignal {
  return events.map(turnSignal).findLast((signal) => signal !== 'other') ?? 'other';
}

function isRollback({ type, msg }: { type: string; [body: string]: unknown }): boolean {
  return type === 'EventMsg' && (msg as { type: string }).type === 'ThreadRolledBack';
}
