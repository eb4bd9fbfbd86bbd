import { describe, expect, it } from 'vitest';
import { nowhere } from '../../../src/engine/redact/finding.ts';
import { openRedactor } from '../../../src/engine/redact/open-redactor.ts';
import { validateEvent } from '../../../src/format/event-schema.ts';
import type { Event } from '../../../src/model/event.ts';
import { stringify, Verbatim, withText } from '../../../src/model/verbatim.ts';

const token = `ghp_${'aB3dE5gH7j'.repeat(4).slice(0, 36)}`;
const other = `ghp_${'Zx9Yw8Vu7T'.repeat(4).slice(0, 36)}`;
const head = { thread_id: '01a203d8-e2b3-7ad2-afbc-0bf3ed1d0194', seq: 3, timestamp: null, turn: 1, line: 4 };

const structuralNames =
  'id timestamp schema status role phase model model_provider cli_version originator call_id turn_id session_id response_id kind commit_hash sha parent commit process_id started_at threadId'.split(
    ' ',
  );

function result(output: string): Event {
  return {
    ...head,
    type: 'ResponseItem',
    item: { type: 'tool_result', call_id: 'call_1', output, status: 'completed' },
  };
}

function outputOf(event: Event): string {
  return event.type === 'ResponseItem' ? String(event.item.output) : '';
}

describe('redacting events', () => {
  it('gives the same mark for the same secret, and another one for another', async () => {
    const redactor = await openRedactor();
    expect(outputOf(redactor.event(result(`${token} ${other} ${token}`)))).toBe(
      '[redacted:github-token:1] [redacted:github-token:2] [redacted:github-token:1]',
    );
    expect(outputOf(redactor.event(result(`GH_TOKEN=${other}`)))).toBe('GH_TOKEN=[redacted:github-token:2]');
  });

  it('gives marks that are the same in other runs, with a key, and others with another key', async () => {
    const marks: string[] = [];
    for (const key of ['k'.repeat(32), 'k'.repeat(32), 'l'.repeat(32)]) {
      marks.push(outputOf((await openRedactor({ key: Buffer.from(key) })).event(result(token))));
    }
    expect(marks[0]).toMatch(/^\[redacted:github-token:[0-9a-f]{16}\]$/);
    expect(marks[1]).toBe(marks[0]);
    expect(marks[2]).not.toBe(marks[0]);
  });

  it('passes on the same object where there is nothing to take out', async () => {
    const redactor = await openRedactor();
    const event = result('all tests passed');
    expect(redactor.event(event)).toBe(event);
    expect(redactor.count).toBe(0);
  });

  it('keeps recorded text byte for byte beside what it takes out', async () => {
    const redactor = await openRedactor();
    const text = `{"n":18446744073709551615,"f":1.0,"b":"x","a":{"10":1,"2":-0,"env":"TOKEN=${token}"},"u":"\\u0041\\/"}`;
    const item = { type: 'tool_call', call_id: 'c', name: 'exec', arguments: new Verbatim(text) };
    const event = redactor.event({ ...head, type: 'ResponseItem', item } as Event);
    const clean = text.replace(token, '[redacted:github-token:1]');
    expect(stringify(event)).toContain(`"arguments":${clean}`);
    const made = (event as Extract<Event, { type: 'ResponseItem' }>).item.arguments;
    expect(made).toBeInstanceOf(Verbatim);
    expect((made as Verbatim).text).toBe(clean);
  });

  it('redacts events that were read back from our own stream, and keeps what is noted of them', async () => {
    const redactor = await openRedactor();
    const plain = { ...head, type: 'Unknown', raw_text: `key ${token}` };
    const note = Symbol('note');
    const event = Object.defineProperty(withText(plain, JSON.stringify(plain)), note, { value: 7 }) as unknown as Event;
    const clean = redactor.event(event);
    expect(stringify(clean)).toBe(JSON.stringify({ ...plain, raw_text: 'key [redacted:github-token:1]' }));
    expect((clean as unknown as { [key: symbol]: unknown })[note]).toBe(7);
    expect(clean).toMatchObject({ raw_text: 'key [redacted:github-token:1]' });
  });

  it('looks into JSON in JSON, and says where', async () => {
    const redactor = await openRedactor();
    const inner = JSON.stringify({ list: [1, { password: 'corr3ct-"horse"\\x' }] });
    const event = redactor.event(result(JSON.stringify({ output: inner, metadata: { exit_code: 0 } })));
    const outer = JSON.parse(outputOf(event));
    expect(JSON.parse(outer.output).list[1].password).toBe('[redacted:assigned-secret:1]');
    expect(redactor.report()).toEqual([
      expect.objectContaining({
        rule: 'assigned-secret',
        pointer: '/item/output',
        inner: ['/output', '/list/1/password'],
        offset: 0,
      }),
    ]);
  });

  it('takes out a secret that is the name of a member, and one behind an option of a command', async () => {
    const redactor = await openRedactor();
    const event = redactor.event(result(JSON.stringify({ [token]: 1, args: ['deploy', '--password', 'Tr0ub4dor&3'] })));
    expect(JSON.parse(outputOf(event))).toEqual({
      '[redacted:github-token:1]': 1,
      args: ['deploy', '--password', '[redacted:assigned-secret:1]'],
    });
  });

  it('leaves ids, times, hashes of git and types alone, whatever they look like', async () => {
    const redactor = await openRedactor();
    const meta = {
      id: head.thread_id,
      timestamp: '2026-11-22T15:21:15.000Z',
      cwd: '/srv/app',
      originator: 'x',
      cli_version: '1',
      git: { commit_hash: `${'f'.repeat(16)}0123456789abcdef01234567`, branch: 'main' },
    };
    const event: Event = { ...head, type: 'SessionMeta', meta: new Verbatim(JSON.stringify(meta)) };
    expect(redactor.event(event)).toBe(event);
    const call: Event = {
      ...head,
      type: 'ResponseItem',
      item: { type: 'tool_result', call_id: '4539148803436467', output: '', status: 'completed' },
    };
    expect(redactor.event(call)).toBe(call);
  });

  it.each(structuralNames)(
    'takes out a key that stands where `%s` holds records together, known or not',
    async (name) => {
      const redactor = await openRedactor();
      const known = { ...head, type: 'EventMsg', msg: { type: 'TurnStarted', [name]: token } } as unknown as Event;
      expect(stringify(redactor.event(known))).not.toContain(token);
      const payload = { [name]: token, inner: { [name]: 'ada@acme.net' } };
      const unknown: Event = {
        ...head,
        type: 'Unknown',
        raw: new Verbatim(JSON.stringify({ type: 'my_ext', payload })),
      };
      const clean = stringify(redactor.event(unknown));
      expect(clean).not.toContain(token);
      expect(clean).not.toContain('ada@');
      const line = Buffer.from(
        JSON.stringify({ timestamp: 't', type: 'event_msg', payload: { type: 'x', [name]: token } }),
      );
      expect(Buffer.from(redactor.line(line)).toString()).not.toContain(token);
    },
  );

  it('leaves numbers that hold records together, and nothing below what is not known', async () => {
    const redactor = await openRedactor();
    const number = '4539148803436467';
    const lineOf = (type: string) => Buffer.from(`{"type":"${type}","payload":{"id":${number},"call_id":"${number}"}}`);
    expect(redactor.line(lineOf('event_msg')).toString()).toContain(`{"id":${number},"call_id":"${number}"}`);
    expect(redactor.line(lineOf('my_ext')).toString()).not.toContain(number);
  });

  it('takes out what is encrypted for the provider, unless told not to', async () => {
    const encrypted = `gAAAAA${'bV9x'.repeat(30)}`;
    const event = (type: string): Event => ({
      ...head,
      type: 'ResponseItem',
      item: { type, summary: [], encrypted_content: encrypted },
    });
    const redactor = await openRedactor();
    const reasoning = redactor.event(event('reasoning'));
    expect(reasoning).toMatchObject({ item: { encrypted_content: null } });
    expect(validateEvent(JSON.parse(stringify(reasoning)))).toMatchObject({ ok: true });
    expect(redactor.event(event('compaction'))).toMatchObject({ item: { encrypted_content: '[redacted:opaque:1]' } });
    expect(redactor.opaque).toMatchObject({ removed: 2, compactions: 1 });
    const kept = event('reasoning');
    expect((await openRedactor({ keepsOpaque: true })).event(kept)).toBe(kept);
  });

  it('does not look into pictures, and counts them', async () => {
    const redactor = await openRedactor();
    const png = Buffer.from(`\x89PNG\r\n\x1a\nx ${token} `, 'latin1').toString('base64');
    const url = `data:image/png;base64,${png}`;
    const event: Event = { ...head, type: 'EventMsg', msg: { type: 'UserMessage', text: 'see', images: [url] } };
    expect(redactor.event(event)).toBe(event);
    expect(redactor.pictures).toBe(1);
    expect(outputOf(redactor.event(result(`<img src="${url}">`)))).toContain(png);
    expect(redactor.pictures).toBe(2);
  });

  it.each(['image/svg+xml', 'image/png'])('looks into what says that it is %s, and is text', async (type) => {
    const url = `data:${type};base64,${Buffer.from(`<svg><text>${token}</text></svg>`).toString('base64')}`;
    const redactor = await openRedactor();
    const event: Event = { ...head, type: 'EventMsg', msg: { type: 'UserMessage', text: 'see', images: [url] } };
    expect(stringify(redactor.event(event))).toContain(`data:${type};base64,[redacted:github-token:1]`);
    expect(outputOf(redactor.event(result(`<img src="${url}">`)))).toContain('[redacted:github-token:1]');
    expect(redactor.pictures).toBe(0);
  });

  it('has nothing in place of encrypted reasoning, wherever its type stands', async () => {
    const redactor = await openRedactor();
    const line = `{"type":"response_item","payload":{"encrypted_content":"gAAAAA${'bV9x'.repeat(30)}","summary":[],"type":"reasoning"}}`;
    expect(redactor.line(Buffer.from(line)).toString()).toContain('"encrypted_content":null');
  });

  it('looks into what says that it is encrypted, where it stays', async () => {
    const redactor = await openRedactor({ keepsOpaque: true });
    const item = { type: 'tool_call', call_id: 'c', name: 'x', arguments: { encrypted_content: token } };
    expect(stringify(redactor.event({ ...head, type: 'ResponseItem', item } as Event))).not.toContain(token);
  });

  it('keeps the context of a text that stands in a member of its own', async () => {
    const redactor = await openRedactor();
    const secret = 'q7Xw2Lp9Zk4Rv8Tn3Yb6';
    const cleanOf = (args: unknown) => {
      const item = { type: 'tool_call', call_id: 'c', name: 'http', arguments: args };
      const event = redactor.event({ ...head, type: 'ResponseItem', item } as Event);
      return JSON.parse(stringify(event)).item.arguments;
    };
    const authorization = expect.stringMatching(/^\[redacted:authorization:\d+]$/);
    expect(
      cleanOf({ headers: { Authorization: `Basic ${secret}=`, 'proxy-authorization': [`Bearer ${secret}`] } }),
    ).toEqual({
      headers: {
        Authorization: expect.stringMatching(/^Basic \[redacted:authorization:\d+]$/),
        'proxy-authorization': [expect.stringMatching(/^Bearer \[redacted:authorization:\d+]$/)],
      },
    });
    expect(cleanOf([['authorization', secret]])).toEqual([['authorization', authorization]]);
    expect(cleanOf({ Cookie: `a=b; session=${secret}` })).toEqual({ Cookie: expect.stringMatching(/redacted:cookie/) });
    expect(cleanOf({ cookies: { sid: secret } })).toEqual({
      cookies: { sid: expect.stringMatching(/redacted:/) },
    });
    expect(cleanOf({ 'x-api-key': secret })).toEqual({ 'x-api-key': expect.stringMatching(/redacted:/) });
    const password = expect.stringMatching(/^\[redacted:assigned-secret:\d+]$/);
    for (const [name, value] of [
      ['name', 'value'],
      ['key', 'value'],
      ['Key', 'Value'],
    ] as const) {
      const pair = { [name]: 'DB_PASSWORD', [value]: 'Tr0ub4dor&3xyz' };
      expect(cleanOf([pair])).toEqual([{ ...pair, [value]: password }]);
      const turned = { [value]: 'Tr0ub4dor&3xyz', kind: 1, [name]: 'DB_PASSWORD' };
      expect(cleanOf([turned])).toEqual([{ ...turned, [value]: password }]);
    }
    expect(cleanOf({ password: 8472910456, pin: 12, card: 4539148803436467, at: 1700000000, n: -1.5e3 })).toEqual({
      ...{ password, pin: 12, at: 1700000000, n: -1500 },
      card: expect.stringMatching(/^\[redacted:card-number:\d+]$/),
    });
    expect(
      cleanOf({ authorization: 'required', cookie: { secure: true, path: '/' }, name: 'PATH', value: '/bin' }),
    ).toEqual({
      ...{ authorization: 'required', cookie: { secure: true, path: '/' } },
      ...{ name: 'PATH', value: '/bin' },
    });
  });

  it('shows no secret in a pointer, whatever rules were asked for', async () => {
    const args = { [token]: { DB_PASSWORD: 'Tr0ub4dor&3xyz' }, '/home/ada/x': { b: 'bob@acme.net', c: `x ${other}` } };
    for (const options of [{}, { severity: 'medium' }, { only: ['email'] }, { without: ['home-path'] }] as const) {
      const redactor = await openRedactor(options);
      const item = { type: 'tool_call', call_id: 'c', name: 'x', arguments: { a: args, text: JSON.stringify(args) } };
      redactor.event({ ...head, type: 'ResponseItem', item } as Event);
      const places = redactor.report().flatMap(({ pointer, inner }) => [pointer, ...inner]);
      expect(places.length).toBeGreaterThan(1);
      expect(places.join(' ')).not.toMatch(/ghp_|\/ada|~1ada|bob/);
    }
    const redactor = await openRedactor();
    redactor.event(result(JSON.stringify({ a: { [token]: { [other]: 1 } } })));
    expect(redactor.report().map(({ inner }) => inner)).toEqual([
      ['/a/[redacted:github-token:1]'],
      ['/a/[redacted:github-token:1]/[redacted:github-token:2]'],
    ]);
  });

  it('has one mark for a secret, be it plain, in base64, or a part of more', async () => {
    const redactor = await openRedactor();
    const base64 = Buffer.from(`GH=${token}`).toString('base64');
    expect(outputOf(redactor.event(result(`${token} ${base64} TOKEN=${token}`)))).toBe(
      '[redacted:github-token:1] [redacted:github-token:1] TOKEN=[redacted:github-token:1]',
    );
  });

  it('says what it found without a part of the secret', async () => {
    const redactor = await openRedactor();
    redactor.event(result(`a ${token}`));
    const [finding] = redactor.report();
    expect(finding).toMatchObject({
      schema: 'sessions.secret-finding/1',
      rule: 'github-token',
      severity: 'high',
      seq: 3,
      line: 4,
      turn: 1,
      offset: 2,
      length: 40,
      preview: 'ghp_…',
      mark: '[redacted:github-token:1]',
      encoding: [],
    });
    expect(JSON.stringify(finding)).not.toContain(token.slice(4, 12));
    expect(finding?.hash).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('redacting lines', () => {
  it('takes secrets out of what is no JSON, in any encoding', async () => {
    const redactor = await openRedactor();
    const broken = Buffer.from(`{"type":"x","output":"TOKEN=${token}`);
    expect(Buffer.from(redactor.line(broken, nowhere)).toString()).toBe(
      '{"type":"x","output":"TOKEN=[redacted:github-token:1]',
    );
    const latin = Buffer.from(`caf\xe9 \xff ${token} \xe9`, 'latin1');
    expect(Buffer.from(redactor.line(latin)).toString('latin1')).toBe('caf\xe9 \xff [redacted:github-token:1] \xe9');
  });

  it('leaves a line damaged that was: what is no UTF-8 stays as it is, in JSON too', async () => {
    const redactor = await openRedactor();
    const inner = JSON.stringify({ env: { DB_PASSWORD: 'Tr0ub4dor&3', note: '\u4e2d' } }).replace('\u4e2d', '\\u4e2d');
    const json = `{"type":"x","caf\xe9":"\xff ${token} \xe9 \\u4e2d","args":${JSON.stringify(inner)}}`;
    const clean = Buffer.from(redactor.line(Buffer.from(json, 'latin1'))).toString('latin1');
    expect(clean).toBe(
      json.replace(token, '[redacted:github-token:1]').replace('Tr0ub4dor&3', '[redacted:assigned-secret:1]'),
    );
  });

  it('redacts the bytes of such a line in its event as the line itself', async () => {
    const line = Buffer.from(`{"a":"\0\0 ${token} ada@acme.net \xff","password":"Tr0ub4dor&3"}`, 'latin1');
    const redactor = await openRedactor();
    const wanted = Buffer.from(redactor.line(line));
    expect(wanted.toString('latin1')).not.toMatch(/ghp_|ada@/);
    const event: Event = { ...head, type: 'Unknown', error: 'it is not UTF-8', raw_base64: line.toString('base64') };
    const clean = redactor.event(event) as Extract<Event, { type: 'Unknown' }>;
    expect(Buffer.from(clean.raw_base64 as string, 'base64')).toEqual(wanted);
    expect(redactor.report().at(-1)).toMatchObject({ pointer: '/raw_base64', encoding: ['base64'] });
  });

  it('passes on the same bytes where there is nothing to take out', async () => {
    const redactor = await openRedactor();
    const bytes = Buffer.from('{"n":1.0,"s":"\\u00e9"}');
    expect(redactor.line(bytes)).toBe(bytes);
  });

  it('takes time in proportion to a text, however hostile', { timeout: 120_000 }, async () => {
    const redactor = await openRedactor();
    const seeds = [
      'a',
      '://a:b@',
      'password="',
      '-----BEGIN RSA PRIVATE KEY-----\n',
      '%41',
      'a\n',
      'Ab1\n',
      'eyJ',
      'xoxb-1-',
      'SG.a.',
      'token ',
      'Authorization: ',
      'Cookie: a=b; ',
      '4111-1111-',
      'secret\n',
      '\\"',
      '\u001b[1m',
      'a@',
      'mongodb://a:',
      '{"a":',
      'sk-a',
    ];
    for (const seed of seeds) await expectLinear(seed, (size) => void redactor.text(seed.repeat(size / seed.length)));
  });

  it('takes time in proportion to a line, however many secrets, strings and breaks it has', {
    timeout: 120_000,
  }, async () => {
    const redactor = await openRedactor();
    const list = (size: number, item: (at: number) => unknown) =>
      JSON.stringify(JSON.stringify(Array.from({ length: size / 20 }, (_, at) => item(at))));
    const shapes: { [name: string]: (size: number) => string } = {
      'short strings': (size) => list(size, (at) => `s${at}abcdef`),
      'e-mail': (size) => JSON.stringify('ada.x@acme.net, '.repeat(size / 16)),
      tokens: (size) => JSON.stringify(`${token} `.repeat(size / 41)),
      'escaped breaks': (size) => JSON.stringify('Ab1c\\n'.repeat(size / 6)),
      pairs: (size) => list(size, (at) => ({ value: `v${at}abcdef`, name: 'LANG' })),
      'utf-16': (size) => JSON.stringify(Buffer.from('a1 '.repeat(size / 6), 'utf16le').toString('latin1')),
      base64: (size) => JSON.stringify(Buffer.alloc(size / 2, 'plain text, and more of it\n').toString('base64')),
    };
    for (const [name, make] of Object.entries(shapes)) {
      await expectLinear(name, (size) => void redactor.line(Buffer.from(`{"output":${make(size)}}`)));
    }
  });
});

/** Four times as much takes about four times as long; what takes the square of it takes sixteen times. */
async function expectLinear(name: string, act: (size: number) => void): Promise<void> {
  const timeOf = (size: number) => {
    const times = Array.from({ length: 2 }, () => {
      const before = process.cpuUsage();
      act(size);
      return process.cpuUsage(before).user / 1000;
    });
    return Math.min(...times);
  };
  act(10_000);
  // Below a few milliseconds the clock says nothing.
  const small = Math.max(timeOf(25_000), 8);
  expect(timeOf(100_000) / small, name).toBeLessThan(10);
}
