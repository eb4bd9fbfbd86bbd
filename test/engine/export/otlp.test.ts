import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { nanosOf } from '../../../src/engine/export/otlp/span-time.ts';
import { type Entry, envelope, idOf, jsonl, makeFolder, makeHome, record, timeAt, turn } from '../../builders.ts';
import { publishedSchemas } from '../../schemas/published.ts';
import { allHomes } from '../../support/all-homes.ts';
import type { Json } from '../../support/json.ts';
import { runHere } from '../../support/run-here.ts';

const ajv = new Ajv2020({ schemas: publishedSchemas(), strict: false, validateFormats: false });
const validate = ajv.compile({ $ref: 'urn:agent-sessions:schema:otlp-traces:1' });

describe.each(allHomes)('the spans of the sessions of %s', (original) => {
  let home: string;
  let ids: string[];
  let events: Json[];
  let spans: Span[];
  beforeAll(async () => {
    home = join(makeFolder(), 'home');
    cpSync(original, home, { recursive: true });
    ids = (await run(['ls', '-q', '--archived'])).out.toString().trimEnd().split('\n');
    events = parsed((await run(['show', '--json', '-'], ids)).out);
    spans = spansOf((await exported()).out);
  });

  it.each([[[]], [['--content']]])('are valid OTLP/JSON, and the same twice, with %j', async (more) => {
    const one = await exported(more);
    expect(one.code).toBe(0);
    for (const request of parsed(one.out)) expect([validate(request), validate.errors]).toEqual([true, null]);
    expect((await exported(more)).out.equals(one.out)).toBe(true);
  });

  it('have ids of their own, parents that exist, and lie inside of them', () => {
    const byId = new Map(spans.map((span) => [span.spanId, span]));
    expect(byId.size).toBe(spans.length);
    for (const span of spans) {
      expect(span.end >= span.start).toBe(true);
      if (span.name === 'session') expect(span.parentSpanId).toBeUndefined();
      else {
        const parent = byId.get(span.parentSpanId as string) as Span;
        expect([span.name, parent?.traceId]).toEqual([span.name, span.traceId]);
        expect([span.name, parent.start <= span.start, parent.end >= span.end]).toEqual([span.name, true, true]);
        expect(parent.name).toMatch(span.name.startsWith('invoke_agent') ? /^session$/ : /^(?:invoke_agent|session)/);
      }
    }
  });

  it('are one trace for each session, a span for each of its turns and calls', () => {
    const traces = spans.filter(({ name }) => name === 'session').map(({ traceId }) => traceId);
    expect(traces).toEqual(ids.map((id) => id.replaceAll('-', '')));
    const own = events.filter((event) => !event.inherited_from);
    const calls = own.filter(({ item }) => item?.type === 'tool_call').map(({ item }) => item.name);
    expect(
      named('execute_tool')
        .map((span) => span.attributes['gen_ai.tool.name'])
        .sort(),
    ).toEqual(calls.sort());
    const turns = new Set(own.filter(({ turn }) => turn > 0).map(({ thread_id, turn }) => `${thread_id} ${turn}`));
    expect(
      named('invoke_agent')
        .map(({ attributes }) => `${attributes['gen_ai.conversation.id']} ${attributes['agent_sessions.turn']}`)
        .sort(),
    ).toEqual([...turns].sort());
  });

  it('use the tokens that stats counts, in requests and in turns', async () => {
    const stats = parsed((await run(['stats', '--by', 'session', '--json', '--archived'])).out);
    for (const { key, tokens } of stats) {
      for (const part of ['chat', 'invoke_agent']) {
        const own = named(part).filter(({ attributes }) => attributes['gen_ai.conversation.id'] === key);
        const sum = (name: string) => own.reduce((all, { attributes }) => all + Number(attributes[name] ?? 0), 0);
        expect([key, part, sum('gen_ai.usage.input_tokens'), sum('gen_ai.usage.output_tokens')]).toEqual([
          key,
          part,
          tokens.input_tokens,
          tokens.output_tokens,
        ]);
      }
    }
  });

  it('say what was said with --content alone', async () => {
    const messages = events
      .filter(({ msg, inherited_from }) => !inherited_from && ['UserMessage', 'AgentMessage'].includes(msg?.type))
      .map(({ msg }) => JSON.stringify(JSON.stringify(msg.text).slice(1, -1)).slice(1, -1))
      .filter((text) => text.length > 12);
    const [with_, without] = [(await exported(['--content'])).out.toString(), (await exported()).out.toString()];
    for (const text of messages) expect([text, with_.includes(text)]).toEqual([text, true]);
    expect(/gen_ai\.(?:input|output)\.messages|gen_ai\.tool\.call\.(?:arguments|result)/.test(without)).toBe(false);
  });

  function named(operation: string): Span[] {
    return spans.filter(({ attributes }) => attributes['gen_ai.operation.name'] === operation);
  }

  function exported(more: string[] = []) {
    return run(['export', '-q', '--format', 'otlp', ...more, '-'], ids);
  }

  function run(argv: string[], lines: string[] = []) {
    return runHere(argv, { env: { CODEX_HOME: home }, stdin: lines.join('\n') });
  }
});

describe('a span', () => {
  const home = makeHome();

  it('of a tool is an error when the tool did not do what it should, and ends with its result', async () => {
    const failed = { output: 'no', metadata: { exit_code: 3, duration_seconds: 0.5 } };
    const spans = await traced([
      record.meta(idOf(1)),
      record.started('a'),
      record.call('c1', 'shell', { command: ['false'] }),
      record.output('c1', JSON.stringify(failed)),
      record.call('c2', 'lookup', {}),
      record.output('c2', 'fine'),
      record.call('c3', 'lookup', {}),
      record.complete('a'),
    ]);
    const tools = spans.filter(({ name }) => name.startsWith('execute_tool'));
    expect(
      tools.map(({ name, status, start, end, attributes }) => [
        name,
        status.code,
        end - start,
        attributes['error.type'],
      ]),
    ).toEqual([
      ['execute_tool shell', 2, 1_000_000_000n, 'exit_code_3'],
      ['execute_tool lookup', undefined, 1_000_000_000n, undefined],
      ['execute_tool lookup', undefined, 0n, undefined],
    ]);
    expect(tools.map(({ attributes }) => attributes['agent_sessions.tool.status'])).toEqual([
      'failed',
      'completed',
      'unfinished',
    ]);
  });

  it('of a turn waits for the results of its calls, though they come in the next one', async () => {
    const spans = await traced([
      record.meta(idOf(2)),
      ...turn('one').slice(0, 7),
      record.call('c1', 'slow', {}),
      ['event_msg', { type: 'turn_aborted', reason: 'interrupted', turn_id: 'one' }],
      ...turn('two'),
      record.output('c1', 'late'),
      record.complete('two'),
    ]);
    const [one, two] = spans
      .filter(({ name }) => name.startsWith('invoke_agent'))
      .sort((a, b) => Number(a.start - b.start)) as [Span, Span];
    const call = spans.find(({ name }) => name === 'execute_tool slow') as Span;
    expect([call.parentSpanId, one.end >= call.end, call.end > two.start]).toEqual([one.spanId, true, true]);
    expect([one.status.code, one.attributes['error.type'], two.status.code]).toEqual([2, 'interrupted', 1]);
  });

  it('of a request lasts from what was asked to what was answered', async () => {
    const spans = await traced([
      record.meta(idOf(3)),
      record.started('a'),
      record.userEvent('hello'),
      record.call('c1', 'lookup', {}),
      record.output('c1', 'fine'),
      record.tokens(100),
      record.agentEvent('done'),
      record.tokens(200),
      record.tokens(200),
      record.complete('a'),
    ]);
    const chats = spans.filter(({ name }) => name.startsWith('chat'));
    const at = (second: number) => nanosOf(timeAt(second));
    expect(chats.map(({ start, end, kind }) => [start, end, kind])).toEqual([
      [at(2), at(3), 3],
      [at(4), at(6), 3],
    ]);
  });

  it('links to the sessions that it comes from, and holds nothing of theirs', async () => {
    const [parent, child] = [idOf(4), idOf(5)];
    const spans = await traced([record.meta(parent), ...turn('old')]);
    const root = spans.find(({ name }) => name === 'session') as Span;
    const [forked] = (await traced([record.meta(child, { forked_from_id: parent }), ...turn('new')])).filter(
      ({ name }) => name === 'session',
    );
    expect(forked?.links).toMatchObject([{ traceId: root.traceId, spanId: root.spanId }]);
  });

  it('has an end and a beginning where times are missing, wrong, or go back', async () => {
    const lines = envelope(record.meta(idOf(6)), ...turn('x'), record.call('c', 't', {}), record.output('c', 'y'));
    const times = ['nonsense', '1960-01-01T00:00:00Z', '9999-01-01T00:00:00Z', timeAt(50), timeAt(-50)];
    const odd = lines.map((line, index) => ({ ...line, timestamp: times[index % times.length] as string }));
    const file = home.write('odd.jsonl', jsonl(odd));
    const { code, out, err } = await runHere(['export', '--format', 'otlp', file]);
    expect([code, err]).toEqual([0, expect.stringContaining('events without a time')]);
    for (const request of parsed(out)) expect([validate(request), validate.errors]).toEqual([true, null]);
    const spans = spansOf(out);
    const root = spans.find(({ name }) => name === 'session') as Span;
    for (const { start, end } of spans)
      expect([start <= end, root.start <= start, root.end >= end]).toEqual([true, true, true]);
  });

  it('carries hostile texts as valid ones, and only so much of them', async () => {
    const name = `\ud800 ${'n'.repeat(100_000)}`;
    const file = home.write(
      'hostile.jsonl',
      jsonl(envelope(record.meta(idOf(7), { originator: '\udc00"}' }), ...turn('x'), record.call('c', name, {}))),
    );
    const { out, err } = await runHere(['export', '--format', 'otlp', file]);
    expect([err.includes('long texts'), err.includes('lone surrogates')]).toEqual([true, true]);
    const [request] = parsed(out);
    expect(validate(request)).toBe(true);
    expect(out.toString()).not.toMatch(/\\ud800|\\udc00/);
    const longest = spansOf(out).map((span) => span.name.length);
    expect(Math.max(...longest)).toBeLessThan(33_000);
  });

  it('of a turn is given out, whatever it waits for, when too much is kept', async () => {
    const rows = Array.from({ length: 200 }, (_, index) => [
      ...turn(`${index} ${'m'.repeat(31_000)}`).slice(0, 7),
      record.call(`c${index}`, 't', {}),
      ['event_msg', { type: 'agent_message', message: 'a'.repeat(31_000) }] as Entry,
      ['event_msg', { type: 'agent_message', message: 'b'.repeat(31_000) }] as Entry,
    ]).flat();
    const file = home.write('kept.jsonl', jsonl(envelope(record.meta(idOf(10)), ...rows)));
    const { out } = await runHere(['export', '-q', '--format', 'otlp', '--content', file]);
    const spans = spansOf(out);
    const named = spans.map(({ name }) => name);
    expect(named.filter((name) => name.startsWith('invoke_agent'))).toHaveLength(200);
    expect(named.filter((name) => name.startsWith('execute_tool'))).toHaveLength(200);
    // 18 million characters in all: the first turn does not wait for the end.
    expect(named.findIndex((name) => name.startsWith('invoke_agent'))).toBeLessThan(10);
    const [message] = spans.filter(({ name }) => name.startsWith('invoke_agent'));
    expect(JSON.parse(String(message?.attributes['gen_ai.output.messages']))).not.toHaveLength(0);
  });

  it('says why a turn was aborted in a word, never in a text', async () => {
    const reasons = ['interrupted', 'the password is hunter2', 'x'.repeat(50)];
    for (const [index, reason] of reasons.entries()) {
      const spans = await traced([
        record.meta(idOf(20 + index)),
        ...turn('one').slice(0, 5 + index),
        ['event_msg', { type: 'turn_aborted', reason, turn_id: 'one' }],
      ]);
      const types = spans.map(({ attributes }) => attributes['error.type']).filter((type) => type !== undefined);
      expect(types).toEqual([index === 0 ? reason : '_OTHER']);
    }
  });

  it('is one of thousands: requests stay small', async () => {
    const calls = Array.from({ length: 2000 }, (_, index) => [
      record.call(`c${index}`, 't', {}),
      record.output(`c${index}`, 'y'),
    ]);
    const file = home.write('many.jsonl', jsonl(envelope(record.meta(idOf(8)), ...turn('x'), ...calls.flat())));
    const { out } = await runHere(['export', '-q', '--format', 'otlp', file]);
    const requests = parsed(out);
    expect(requests.length).toBeGreaterThan(7);
    for (const { resourceSpans } of requests)
      expect(resourceSpans[0].scopeSpans[0].spans.length).toBeLessThanOrEqual(300);
    expect(new Set(spansOf(out).map(({ spanId }) => spanId)).size).toBe(spansOf(out).length);
  });

  async function traced(entries: Entry[]): Promise<Span[]> {
    const file = home.write(`${entries.length}.jsonl`, jsonl(envelope(...entries)));
    const { code, out } = await runHere(['export', '-q', '--format', 'otlp', file]);
    expect(code).toBe(0);
    for (const request of parsed(out)) expect([validate(request), validate.errors]).toEqual([true, null]);
    return spansOf(out);
  }
});

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  start: bigint;
  end: bigint;
  status: { code?: number };
  links?: Json[];
  attributes: { [key: string]: string | number | boolean };
}

function spansOf(out: Buffer): Span[] {
  return parsed(out).flatMap(({ resourceSpans }) =>
    resourceSpans[0].scopeSpans[0].spans.map((span: Json) => ({
      ...span,
      start: BigInt(span.startTimeUnixNano),
      end: BigInt(span.endTimeUnixNano),
      attributes: Object.fromEntries(span.attributes.map(({ key, value }: Json) => [key, Object.values(value)[0]])),
    })),
  );
}

function parsed(out: Buffer): Json[] {
  const text = out.toString().trimEnd();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line));
}
