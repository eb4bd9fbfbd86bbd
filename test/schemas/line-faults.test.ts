import { describe, expect, it } from 'vitest';
import { validateLine } from '../../src/format/schemas.ts';
import type { Dialect } from '../../src/model/thread-row.ts';

const time = '2026-02-03T10:00:00.000Z';

function call(fields: object): object {
  const payload = { type: 'function_call', name: 'shell', arguments: '{}', call_id: 'c', ...fields };
  return { timestamp: time, type: 'response_item', payload };
}

function completed(item: unknown): object {
  const payload = { type: 'item_completed', thread_id: 't', turn_id: 'u', item };
  return { timestamp: time, ordinal: 4, type: 'event_msg', payload };
}

function counted(info: object): object {
  return { timestamp: time, type: 'event_msg', payload: { type: 'token_count', info, rate_limits: null } };
}

const five = {
  input_tokens: 1,
  cached_input_tokens: 0,
  output_tokens: 1,
  reasoning_output_tokens: 0,
  total_tokens: 2,
};

const context = { cwd: '/', approval_policy: 'never', model: 'm', permission_profile: { type: 'disabled' } };

const broken: [dialect: Dialect, value: unknown, pointer: string, message: string][] = [
  ['envelope', [], '', 'must be an object, not a list'],
  ['envelope', null, '', 'must be an object, not null'],
  ['envelope', { timestamp: time, type: 'event_msg' }, '', '"payload" is missing'],
  ['envelope', { type: 'mood', payload: {} }, '', '"timestamp" is missing'],
  ['envelope', { timestamp: 5, type: 'mood', payload: {} }, '/timestamp', 'must be a string, not a number'],
  ['envelope', { timestamp: time, type: 5, payload: {} }, '/type', 'must be a string, not a number'],
  ['envelope', { timestamp: time, type: 'mood', payload: 'x' }, '/payload', 'must be an object, not a string'],
  ['envelope', { timestamp: time, type: 'event_msg', payload: {} }, '/payload', '"type" is missing'],
  ['envelope', { timestamp: time, type: 'session_meta', payload: { id: 't' } }, '/payload', '"timestamp" is missing'],
  ['envelope', call({ call_id: 12 }), '/payload/call_id', 'must be a string, not a number'],
  ['envelope', call({ name: undefined }), '/payload', '"name" is missing'],
  ['envelope', call({ arguments: {} }), '/payload/arguments', 'must be a string, not an object'],
  ['envelope', counted({ total_token_usage: five }), '/payload/info', '"last_token_usage" is missing'],
  [
    'envelope',
    counted({ total_token_usage: { ...five, total_tokens: 1.5 }, last_token_usage: five }),
    '/payload/info/total_token_usage/total_tokens',
    'must be an integer, not the number 1.5',
  ],
  [
    'envelope',
    { timestamp: time, type: 'response_item', payload: { type: 'message', role: 'user', content: [{ text: 'hi' }] } },
    '/payload/content/0',
    '"type" is missing',
  ],
  [
    'envelope',
    {
      timestamp: time,
      type: 'event_msg',
      payload: { type: 'sessions_approval', call_id: 'c', decision: true, by: 'user', reason: null },
    },
    '/payload/decision',
    'must be a string, not true',
  ],
  ['paginated', { timestamp: time, type: 'mood', payload: {} }, '', '"ordinal" is missing'],
  ['paginated', { timestamp: time, ordinal: -1, type: 'mood', payload: {} }, '/ordinal', 'must be at least 0, not -1'],
  [
    'paginated',
    { timestamp: time, ordinal: 'x', type: 'mood', payload: {} },
    '/ordinal',
    'must be an integer, not a string',
  ],
  ['paginated', completed(undefined), '/payload', '"item" is missing'],
  ['paginated', completed({ id: 'i' }), '/payload/item', '"type" is missing'],
  ['paginated', completed({ type: 'Plan', id: 'i' }), '/payload/item', '"text" is missing'],
  [
    'paginated',
    completed({ type: 'UserMessage', id: 'i', content: [{ type: 'smell' }] }),
    '/payload/item/content/0/type',
    'must be one of "text", "image", "local_image", "audio", "local_audio", "skill" or "mention", not "smell"',
  ],
  [
    'paginated',
    { timestamp: time, ordinal: 1, type: 'turn_context', payload: { ...context, approval_policy: 'on-failure' } },
    '/payload/approval_policy',
    'must be one of "untrusted", "on-request" or "never", not "on-failure"',
  ],
  [
    'paginated',
    { timestamp: time, ordinal: 1, type: 'turn_context', payload: { ...context, permission_profile: null } },
    '/payload/permission_profile',
    'must be an object, not null',
  ],
  ['bare', { timestamp: time }, '', '"id" is missing'],
  ['bare', { id: 't', timestamp: time, instructions: 5 }, '/instructions', 'must be a string or null, not a number'],
  ['bare', { record_type: 5 }, '/record_type', 'must be a string, not a number'],
  ['bare', { type: 'message', role: 'user' }, '', '"content" is missing'],
  ['bare', { type: null }, '/type', 'must be a string, not null'],
];

describe('a line that its dialect does not allow', () => {
  it.each(broken)('%s %j', (dialect, value, pointer, message) => {
    // As JSON gives it: without the properties that are undefined.
    const verdict = validateLine(dialect, JSON.parse(JSON.stringify(value)));
    expect(verdict.ok ? verdict : verdict.errors).toContainEqual({ pointer, message });
  });

  it('is told in one fault, however broken it is', () => {
    const content = Array.from({ length: 1000 }, () => ({ type: 5 }));
    const value = { timestamp: time, type: 'response_item', payload: { type: 'message', role: 'user', content } };
    expect(validateLine('envelope', value)).toMatchObject({
      ok: false,
      errors: [{ pointer: '/payload/content/0/type' }],
    });
  });

  it('is shown in a short message', () => {
    const payload = { ...context, approval_policy: 'x'.repeat(100_000) };
    const verdict = validateLine('paginated', { timestamp: time, ordinal: 1, type: 'turn_context', payload });
    if (verdict.ok) throw new Error('accepted');
    for (const { message } of verdict.errors) expect(message.length).toBeLessThan(200);
  });

  it('may be made to look like part of JavaScript', () => {
    const value: unknown = JSON.parse(
      `{"__proto__":{"timestamp":"${time}","type":"mood","payload":{}},"constructor":5,"toString":null}`,
    );
    expect(validateLine('envelope', value)).toMatchObject({ ok: false, errors: [{ pointer: '' }] });
  });
});
