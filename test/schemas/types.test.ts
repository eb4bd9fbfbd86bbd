import { describe, expect, expectTypeOf, it } from 'vitest';
import { validateEvent } from '../../src/format/event-schema.ts';
import { validateError, validateFinding, validateThread } from '../../src/format/schemas.ts';
import { type Event, type EventHead, eventSchema, eventTypes, type TokenUsage } from '../../src/model/event.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { ThreadRow } from '../../src/model/thread-row.ts';
import { publishedSchema, type Schema } from './published.ts';

/** Names every key of a type: the compiler refuses a list with one missing or one too many. */
function keysOf<T>(keys: { [K in keyof Required<T>]: true }): string[] {
  return Object.keys(keys).sort();
}

function propertiesOf(schema: Schema): string[] {
  return Object.keys(schema.properties as object).sort();
}

const nothing = null;

const row: ThreadRow = {
  schema: 'sessions.thread/1',
  thread_id: '01a203d8-e2b3-7ad2-afbc-0bf3ed1d0194',
  name: nothing,
  first_message: nothing,
  cwd: nothing,
  git_branch: nothing,
  git_sha: nothing,
  model: nothing,
  model_provider: nothing,
  source: nothing,
  created_at: nothing,
  updated_at: nothing,
  age_at: nothing,
  tokens_used: nothing,
  turns: 0,
  tool_calls: 0,
  archived: false,
  live: nothing,
  dialect: nothing,
  forked_from_id: nothing,
  parent_thread_id: nothing,
  path: '/home/ada/.codex/sessions/rollout.jsonl',
  size_bytes: 0,
  damage: [],
};

const finding: Finding = {
  schema: 'sessions.finding/1',
  rule: 'TORN-TAIL',
  severity: 'error',
  thread_id: nothing,
  file: nothing,
  line: nothing,
  offset: nothing,
  pointer: nothing,
  message: 'the last line is cut off',
};

describe('types and schemas agree', () => {
  it('on the rows of ls', () => {
    const schema = publishedSchema('thread');
    expect(propertiesOf(schema)).toEqual(Object.keys(row).sort());
    expect([...(schema.required as string[])].sort()).toEqual(Object.keys(row).sort());
    expect(validateThread(row)).toEqual({ ok: true, unknown: null });
    for (const key of Object.keys(row)) {
      const { [key as keyof ThreadRow]: _, ...rest } = row;
      expect(validateThread(rest), key).toMatchObject({ ok: false, errors: [{ message: `"${key}" is missing` }] });
    }
    expectTypeOf<ThreadRow['dialect']>().toEqualTypeOf<'bare' | 'envelope' | 'paginated' | 'event' | null>();
    const { dialect } = schema.properties as { dialect: { enum: unknown[] } };
    expect(dialect.enum).toEqual(['bare', 'envelope', 'paginated', 'event', null]);
  });

  it('on findings', () => {
    const schema = publishedSchema('finding');
    expect(propertiesOf(schema)).toEqual(Object.keys(finding).sort());
    expect([...(schema.required as string[])].sort()).toEqual(Object.keys(finding).sort());
    expect(validateFinding(finding)).toEqual({ ok: true, unknown: null });
    expectTypeOf<Finding['severity']>().toEqualTypeOf<'error' | 'partial' | 'note'>();
    for (const severity of ['error', 'partial', 'note'])
      expect(validateFinding({ ...finding, severity }).ok).toBe(true);
    expect(validateFinding({ ...finding, severity: 'fatal' }).ok).toBe(false);
  });

  it('on the head of events', () => {
    const schema = publishedSchema('event');
    const head = keysOf<EventHead>({
      schema: true,
      thread_id: true,
      seq: true,
      timestamp: true,
      turn: true,
      line: true,
      inherited_from: true,
      base_rollout: true,
      rolled_back: true,
      synthetic: true,
    });
    expect(propertiesOf(schema)).toEqual([...head, 'type'].sort());
    const { schema: name, type } = schema.properties as { schema: { const: string }; type: { examples: string[] } };
    expect(name.const).toBe(eventSchema);
    expect(type.examples).toEqual([...eventTypes]);
  });

  it('on the body of events', () => {
    const { $defs } = publishedSchema('event') as unknown as { $defs: { [name: string]: Schema } };
    const unknown = keysOf<Omit<Extract<Event, { type: 'Unknown' }>, keyof EventHead | 'type'>>({
      record_type: true,
      raw: true,
      raw_text: true,
      raw_base64: true,
      error: true,
      offset: true,
      length: true,
    });
    expect(propertiesOf($defs.Unknown as Schema)).toEqual(unknown);
    const usage = keysOf<TokenUsage>({
      input_tokens: true,
      cached_input_tokens: true,
      output_tokens: true,
      reasoning_output_tokens: true,
      total_tokens: true,
    });
    expect(propertiesOf($defs.TokenUsage as Schema)).toEqual(usage);
    expect([...(($defs.TokenUsage as Schema).required as string[])].sort()).toEqual(usage);
  });

  it('on errors', () => {
    const error = {
      schema: 'sessions.error/1',
      kind: 'usage',
      message: 'no such session',
      file: null,
      line: null,
      offset: null,
      hint: null,
      exit: 2,
    };
    expect(validateError(error)).toEqual({ ok: true, unknown: null });
    expect(propertiesOf(publishedSchema('error'))).toEqual(Object.keys(error).sort());
    expect(validateError({ ...error, exit: 0 }).ok).toBe(false);
  });

  it('on what an event may be', () => {
    const head = { thread_id: 't', seq: 0, timestamp: null, turn: 0 };
    const valid = { ok: true, unknown: null };
    expect(validateEvent({ ...head, type: 'SessionMeta', meta: {} })).toEqual(valid);
    expect(validateEvent({ ...head, type: 'Unknown', raw: null })).toEqual(valid);
    expect(validateEvent({ ...head, type: 'Unknown', offset: 0, length: 700_000_000 })).toEqual(valid);
    expect(validateEvent({ ...head, type: 'Mood', mood: 'blue' })).toEqual({
      ok: true,
      unknown: { level: 'type', name: 'Mood' },
    });
    expect(validateEvent({ ...head, type: 'EventMsg', msg: { type: 'MoodChanged' } })).toEqual({
      ok: true,
      unknown: { level: 'payload', name: 'MoodChanged' },
    });
  });

  it.each([
    ['a body of another type', { type: 'SessionMeta', item: {} }, '', '"meta" is missing'],
    ['no position', { seq: undefined, type: 'Compacted', compacted: {} }, '', '"seq" is missing'],
    [
      'local time',
      { timestamp: '2026-01-01T00:00:00+01:00', type: 'Compacted', compacted: {} },
      '/timestamp',
      'has a form that is not allowed: "2026-01-01T00:00:00+01:00"',
    ],
    [
      'a line that does not exist',
      { synthetic: true, line: 3, type: 'Compacted', compacted: {} },
      '/line',
      'is not allowed here',
    ],
    [
      'output that is no text',
      { type: 'ResponseItem', item: { type: 'tool_result', call_id: 'c', output: [], status: 'completed' } },
      '/item/output',
      'must be a string, not a list',
    ],
    [
      'tokens as a fraction',
      { type: 'EventMsg', msg: { type: 'TokenCount', total: { input_tokens: 0.5 }, last: null } },
      '/msg/total',
      '"cached_input_tokens" is missing',
    ],
    [
      'two forms of one line',
      { type: 'Unknown', raw: {}, raw_text: '{}' },
      '',
      'has a form that the schema does not know',
    ],
  ])('refuses an event with %s', (_, body, pointer, message) => {
    const event = { thread_id: 't', seq: 0, timestamp: null, turn: 0, ...body };
    const verdict = validateEvent(JSON.parse(JSON.stringify(event)));
    expect(verdict.ok ? verdict : verdict.errors).toContainEqual({ pointer, message });
  });
});
