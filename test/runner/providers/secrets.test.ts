import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Secrets } from '../../../src/runner/providers/secrets.ts';
import {
  type Act,
  bytes,
  dropAfter,
  events,
  responsesEvents as sent,
  sse,
  status,
} from '../../support/model-server.ts';
import { askServer } from './asking.ts';

const key = 'sk-proj-aB3/x+Y=zz9 8&7?6~5"4é-0123456789';
const plain = 'sk-proj-abcdefghijklmnopqrstuvwxyz012345';
const hidden = '[secret]';

describe('secrets', () => {
  const secrets = new Secrets([key, 'ollama-key', 'abc']);

  it('are taken out of a text in every spelling', () => {
    const spellings = [
      key,
      encodeURIComponent(key),
      encodeURIComponent(key).replace(/%../g, (byte) => byte.toLowerCase()),
      new URLSearchParams({ key }).toString().slice(4),
      Buffer.from(key).toString('base64'),
      Buffer.from(key).toString('base64url'),
      Buffer.from(`user:${key}`).toString('base64'),
      Buffer.from(`u:${key}@host`).toString('base64'),
      Buffer.from(`us:${key}@host`).toString('base64url'),
    ];
    for (const spelling of spellings) {
      const clean = secrets.withoutSecrets(`before ${spelling} after`);
      expect(clean).toMatch(/^before .{0,8}\[secret\].{0,12} after$/);
    }
    expect(secrets.withoutSecrets('the ollama-key, twice: ollama-key')).toBe(`the ${hidden}, twice: ${hidden}`);
  });

  it('that are ordinary words stay in what a model wrote, and short ones everywhere', () => {
    expect(secrets.withoutSecrets('abc')).toBe('abc');
    expect(secrets.withoutLongSecrets('an ollama-key')).toBe('an ollama-key');
    expect(secrets.withoutLongSecrets(`x${key}`)).toBe(`x${hidden}`);
  });

  it('are taken out of a value, which is the same one when there are none', () => {
    const value = { a: ['x', { b: `y ${key}` }], [key]: 1, n: null };
    expect(secrets.cleanValue(value)).toEqual({ a: ['x', { b: `y ${hidden}` }], [hidden]: 1, n: null });
    const clean = JSON.parse('{"__proto__":{"x":1},"a":["x"]}');
    expect(secrets.cleanValue(clean)).toBe(clean);
  });

  it('in base64 at any place leave nothing to decode', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 9 }), fc.string({ maxLength: 9 }), (before, after) => {
        const clean = secrets.withoutSecrets(Buffer.from(before + key + after).toString('base64'));
        expect(clean).toContain(hidden);
        expect(Buffer.from(clean, 'base64').toString()).not.toContain(key.slice(4, -4));
      }),
    );
  });
});

describe('a server that echoes the key', () => {
  const fields = { headers: { authorization: `Bearer ${plain}` }, secrets: new Secrets([plain]) };
  const base64 = Buffer.from(`x:${plain}`).toString('base64');

  it.each<[string, Act]>([
    ['in an error', status(401, { error: { message: `Incorrect key ${plain}`, code: plain } })],
    ['in an error, in base64', status(500, `${base64} is no key`)],
    ['in a page', status(500, `<html><title>${plain}</title></html>`)],
    ['in an error cut in the middle', status(500, `${'x'.repeat(580)}${plain}`)],
    ['in its content type', ({ response }) => void response.writeHead(200, { 'content-type': plain }).end('x')],
    ['in a failure', events({ type: 'response.failed', response: { error: { code: 'x', message: plain } } })],
    ['in an error that is text', events({ error: plain })],
    ['in an answer', events(sent.delta(`it is ${plain}`), sent.message(plain), { ...sent.completed() })],
    [
      'in an answer, with escapes',
      bytes(sse(JSON.stringify(sent.message(plain)).replace('sk-', '\\u0073k-')), sse(sent.completed())),
    ],
    ['in deltas, a letter each', events(...[...`see ${plain}.`].map(sent.delta), sent.completed())],
    ['in deltas, but for its end', events(...[...plain.slice(0, -2)].map(sent.delta), sent.completed())],
    ['in a call', events(sent.item({ type: 'function_call', name: 'f', call_id: 'c', arguments: `{"k":"${plain}"}` }))],
    ['in its id', events({ type: 'response.completed', response: { id: plain } })],
    ['and breaks off', dropAfter(sse(sent.delta(plain)))],
  ])('%s does not get it to anybody', async (_, act) => {
    const { events: got, text } = await askServer('responses', act, fields);
    const all = JSON.stringify(got) + text;
    for (const form of [plain, plain.slice(2, -6), base64.slice(4, -4)]) expect(all).not.toContain(form);
    expect(all).toMatch(/\[secret\]|x{580}\[sec…/);
  });

  it('does not change what only looks like the beginning of one', async () => {
    const text = 'Keys begin with sk-proj-abc, and so does sk-proj-abcdefghij';
    const { events: got, text: streamed } = await askServer(
      'responses',
      events(...text.match(/.{1,7}/g)!.map(sent.delta), sent.message(text), sent.completed()),
      fields,
    );
    expect(streamed).toBe(text);
    expect(got).toContainEqual({ type: 'item', item: sent.message(text).item });
  });
});
