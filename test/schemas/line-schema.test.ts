import { describe, expect, it } from 'vitest';
import { validateLine } from '../../src/format/schemas.ts';
import { corpusLines, type Line, sampleLines } from './lines.ts';
import { rareLines } from './rare-lines.ts';

const corpus = process.env.SESSIONS_CORPUS;

function faultsOf(lines: Line[]): unknown[] {
  return lines.flatMap((line) => {
    const verdict = validateLine(line.dialect, line.value);
    if (verdict.ok && verdict.unknown === null) return [];
    return [{ version: line.version, place: line.place, verdict }];
  });
}

describe('the rollout-line schema', () => {
  const samples = sampleLines();
  const versions = [...new Set(samples.map((line) => line.version))];

  it.each(versions)('knows and accepts what Codex %s writes', (version) => {
    expect(faultsOf(samples.filter((line) => line.version === version))).toEqual([]);
  });

  it.each(rareLines())('knows and accepts $place', (line) => {
    expect(faultsOf([line])).toEqual([]);
  });

  it.skipIf(!corpus)('knows and accepts every line of the corpus', () => {
    const lines = corpusLines(corpus as string);
    expect(lines.length).toBeGreaterThan(1000);
    expect(faultsOf(lines)).toEqual([]);
  });
});

describe('what the schema does not list', () => {
  const time = '2026-02-03T10:00:00.000Z';
  it.each([
    ['envelope', { timestamp: time, type: 'mood', payload: { colour: 'blue' } }, 'type', 'mood'],
    ['envelope', { timestamp: time, type: 'event_msg', payload: { type: 'mood_changed' } }, 'payload', 'mood_changed'],
    ['envelope', { timestamp: time, type: 'event_msg', payload: { type: 'constructor' } }, 'payload', 'constructor'],
    ['paginated', { timestamp: time, ordinal: 1, type: 'mood', payload: {} }, 'type', 'mood'],
    [
      'paginated',
      { timestamp: time, ordinal: 1, type: 'response_item', payload: { type: 'dream' } },
      'payload',
      'dream',
    ],
    [
      'paginated',
      {
        timestamp: time,
        ordinal: 1,
        type: 'event_msg',
        payload: { type: 'item_completed', thread_id: 't', turn_id: 'u', item: { type: 'Dream', id: 'd' } },
      },
      'item',
      'Dream',
    ],
    ['bare', { type: 'dream', text: 'sheep' }, 'type', 'dream'],
    ['bare', { record_type: 'mood' }, 'type', 'mood'],
  ] as const)('is allowed and named: %s %j', (dialect, value, level, name) => {
    expect(validateLine(dialect, value)).toEqual({ ok: true, unknown: { level, name } });
  });

  it('may be further fields anywhere', () => {
    for (const line of sampleLines()) {
      const value = { ...line.value, mood: 'blue', payload: { ...(line.value.payload as object), mood: null } };
      if (line.dialect !== 'bare')
        expect(validateLine(line.dialect, value), line.place).toEqual({ ok: true, unknown: null });
    }
  });
});
