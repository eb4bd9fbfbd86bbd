import { describe, expect, it } from 'vitest';
import { openThread } from '../../src/engine/open-thread.ts';
import { recordedAnswers } from '../../src/engine/recorded-answers.ts';
import { type Entry, envelope, idOf, makeHome, record, turn } from '../builders.ts';
import { catalogOf } from './reading.ts';

/** Each answer as the types of its items, with the tokens that it cost. */
async function answersOf(entries: Entry[], fromTurn = 1): Promise<string[]> {
  const home = makeHome();
  home.rollout(idOf(1), envelope(record.meta(idOf(1)), ...entries));
  const source = await openThread(await catalogOf(home), idOf(1), () => {});
  const answers: string[] = [];
  for await (const { items, usage } of recordedAnswers(source, fromTurn, () => {})) {
    const said = items.map(({ type, content, name }) => (content as [{ text: string }])?.[0]?.text ?? name ?? type);
    answers.push(`${said.join(' + ')}: ${usage?.total_tokens ?? 'unknown'}`);
  }
  return answers;
}

const reasoning = record.item('reasoning', { summary: [] });

describe('the answers of a session', () => {
  it('are the output items between two inputs', async () => {
    const entries = [
      record.userItem('go'),
      reasoning,
      record.agentItem('I look'),
      record.call('c1', 'ls', {}),
      record.call('c2', 'cat', {}),
      record.tokens(5),
      record.output('c1', 'a'),
      record.output('c2', 'b'),
      record.agentItem('done'),
      record.tokens(9),
    ];
    expect(await answersOf(entries)).toEqual(['reasoning + I look + ls + cat: 1', 'done: 1']);
  });

  it('have their count also where it stands behind the results, and none where there is none', async () => {
    const entries = [record.userItem('go'), record.call('c', 'ls', {}), record.output('c', 'a'), record.tokens(5)];
    expect(await answersOf([...entries, record.agentItem('done')])).toEqual(['ls: 1', 'done: unknown']);
  });

  it('begin with a turn, and hold what was rolled back', async () => {
    const entries = [...turn('a'), ...turn('b'), record.rolledBack(1), ...turn('c')];
    expect(await answersOf(entries)).toEqual(['re: a: 1', 're: b: 1', 're: c: 1']);
    expect(await answersOf(entries, 2)).toEqual(['re: b: 1', 're: c: 1']);
    expect(await answersOf(entries, 4)).toEqual([]);
  });
});
