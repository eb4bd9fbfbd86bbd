import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import picocolors from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { Event } from '../../../src/model/event.ts';
import { Verbatim } from '../../../src/model/verbatim.ts';
import { noColours } from '../../../src/ui/colour.ts';
import { displayWidth } from '../../../src/ui/text-width.ts';
import { leads } from '../../../src/ui/transcript/paragraph.ts';
import { createTranscript } from '../../../src/ui/transcript/transcript.ts';
import { transcriptOf } from './events.ts';

/** Pieces that act on a terminal, look like ours, or break a row. */
// biome-ignore format: one line for each kind
const pieces = [
  '\u001b[2J', '\u001b]52;c;AAAA\u0007', '\u009b31m', '\u0090q', '\0', '\b', '\r', '\u007f', '\u0085', '\n', '\t', '\n\n',
  '\u202e', '\u2066', '\u200f', '\u2028', '\u2029', '\u200b', '\u200d', '\ufeff', '\u{e0041}', '\u00ad', '\ud83d', '\udc4d',
  '$ rm -rf /', '> yes', '└ exit 0', '── turn 9 ─', '*** Begin Patch\n*** Add File: x\n', '*** End Patch', 'apply_patch ',
  'Chunk ID: 1\nOutput:\n', 'data:image/png;base64,', '世界', '👩‍👩‍👧', 'e\u0301', '__proto__', 'constructor', 'कि\u093e\u093e\u093e\u093e\u093e', ' ', 'word',
];
const hostile = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary', maxLength: 4 })), {
  maxLength: 12,
});
const text = hostile.map((parts) => parts.join(''));

const words = (list: string) => list.trim().split(/\s+/);

/** Any JSON that is likely to be taken for something. */
const value: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    text,
    text,
    number(),
    fc.boolean(),
    fc.constant(null),
    tie('list'),
    tie('object'),
  ),
  list: fc.array(tie('any'), { maxLength: 3 }),
  object: fc.dictionary(
    fc.oneof(text, fc.constantFrom(...words('message text type step content toString valueOf toJSON'))),
    tie('any'),
    {
      maxKeys: 3,
    },
  ),
})).any;

function number() {
  return fc.oneof(fc.double(), fc.integer(), fc.constantFrom(-0, 1e21));
}

const names = {
  event:
    'thread_id timestamp turn inherited_from rolled_back msg item meta compacted record_type raw raw_text offset error',
  meta: 'id cwd timestamp source originator cli_version model_provider model git forked_from_id agent_role instructions',
  msg: `text images local_images message reason error thread_name goal user_facing_hint review_output num_turns total id
    call_id command aggregated_output exit_code duration_ms status raw_content tool`,
  item: `role content summary call_id name namespace arguments arguments_text command output exit_code duration_ms status
    parts changes stderr decision by reason inferred action query revised_prompt`,
  types: `UserMessage AgentMessage AgentReasoning Reasoning CommandExecution TokenCount TurnComplete TurnAborted Error Plan
    ThreadNamed ThreadRolledBack ThreadGoalUpdated EnteredReviewMode ExitedReviewMode ContextCompacted DynamicToolCall`,
  items: 'message reasoning tool_call tool_result file_change approval web_search image compaction ghost_snapshot',
};

/** An object in which each field is absent, as it should be (a text), or anything else. */
function fields(keys: string, types: string): fc.Arbitrary<{ type: string }> {
  const members = words(keys).map((key) => [key, fc.oneof(text, fc.constant('c1'), value, jsonText())]);
  return fc.record(
    { ...Object.fromEntries(members), type: fc.oneof(fc.constantFrom(...words(types)), text) },
    { requiredKeys: ['type'] },
  ) as fc.Arbitrary<{ type: string }>;
}

function jsonText() {
  const plan = fc.record({ plan: fc.array(fc.record({ step: text, status: text })), input: text, message: text });
  return fc
    .oneof(value, plan, fc.dictionary(text, fc.record({ type: text, content: text, unified_diff: text })))
    .map((json) => new Verbatim(JSON.stringify(json)));
}

const tool = fc.constantFrom('apply_patch', 'update_plan', 'spawn_agent', 'shell');
const called = fc.record({
  type: fc.constant('tool_call'),
  call_id: fc.constant('c1'),
  name: tool,
  arguments: jsonText(),
});
const ran = fc.record({ type: fc.constant('tool_call'), call_id: text, name: tool, command: fc.array(text) });
const body = fc.oneof(
  fc.record({ type: fc.constant('SessionMeta'), meta: fields(names.meta, 'x') }),
  fc.record({ type: fc.constant('TurnContext'), context: jsonText() }),
  fc.record({ type: fc.constant('EventMsg'), msg: fields(names.msg, names.types) }),
  fc.record({ type: fc.constant('ResponseItem'), item: fc.oneof(fields(names.item, names.items), called, ran) }),
  fc.record({ type: fc.constant('Compacted'), compacted: jsonText() }),
  fc.record({ type: fc.constant('Unknown'), record_type: text, error: text, offset: number(), raw_text: text }),
  fc.record(
    {
      type: fc.oneof(text, fc.constantFrom('EventMsg', 'ResponseItem', 'SessionMeta', 'Compacted', 'Unknown')),
      ...Object.fromEntries(words(names.event).map((key) => [key, value])),
    },
    { requiredKeys: ['type'] },
  ),
);
const head = fc.record(
  {
    thread_id: fc.oneof(fc.constant(null), fc.constant('one'), text),
    seq: fc.nat(),
    timestamp: fc.oneof(fc.constant(null), fc.constant('2026-11-22T14:02:11Z'), text),
    turn: fc.nat(3),
    inherited_from: text,
    rolled_back: fc.constant(true as const),
    synthetic: fc.constant(true as const),
    schema: fc.constant('sessions.event/1' as const),
  },
  { requiredKeys: ['thread_id', 'seq', 'timestamp', 'turn'] },
);
const stream = fc.array(
  fc.tuple(head, body).map(([start, rest]) => ({ ...start, ...(rest as object) }) as Event),
  { minLength: 1, maxLength: 6 },
);
const show = fc.record({ showAll: fc.boolean(), columns: fc.integer({ min: 20, max: 120 }) });

/** All that could do harm; LF is the only control character that is ours without colours. */
const harmful =
  /[\0-\x09\x0B-\x1F\x7F-\x9F\u00AD\u200B\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF\u{E0000}-\u{E007F}]/u;
const ourLeads = [...Object.values(leads).map((lead) => lead.first), '  ', '   '].map((lead) => lead.trimEnd());

describe('a hostile session', () => {
  it('sends nothing to the terminal but text', () => {
    fc.assert(
      fc.property(stream, show, (events, options) => {
        const out = transcriptOf(events, options);
        expect(out).not.toMatch(harmful);
        expect(out).not.toMatch(/\p{Surrogate}/u);
      }),
      { numRuns: 400 },
    );
  });

  it('sends no escape sequence but our colours', () => {
    fc.assert(
      fc.property(stream, show, (events, options) => {
        const coloured = transcriptOf(events, { ...options, colours: picocolors.createColors(true) });
        const ours = String.raw`\u001b\[(?:0|1|2|22|3[1236]|39)m`;
        const text = coloured.replace(new RegExp(ours, 'g'), '');
        expect(text).not.toMatch(harmful);
        expect(text).toBe(transcriptOf(events, options));
      }),
      { numRuns: 200 },
    );
  });

  it('cannot write into the first column, nor past the margin', () => {
    fc.assert(
      fc.property(stream, show, (events, options) => {
        for (const row of transcriptOf(events, options).split('\n')) {
          expect(ourLeads).toContain(row.slice(0, 2).trimEnd());
          expect(displayWidth(row)).toBeLessThanOrEqual(options.columns);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('a long session', () => {
  it('does not fill the memory', () => {
    const transcript = createTranscript({ colours: noColours, columns: 80 });
    const open = (index: number): Event => {
      // Made from bytes, so that the strings of two events share no memory.
      const call_id = Buffer.from(`${index} ${'x'.repeat(100_000)}`).toString();
      const command = ['bash', '-lc', Buffer.from(`${index} ${'y'.repeat(100_000)}`).toString()];
      const item = { type: 'tool_call', call_id, name: 'shell', command };
      return { thread_id: 'one', seq: index, timestamp: null, turn: 1, type: 'ResponseItem', item };
    };
    transcript.write(open(0));
    const before = heapInUse();
    for (let index = 1; index < 1000; index++) transcript.write(open(index));
    // 200 MB went through, in calls that are all remembered.
    expect(heapInUse() - before).toBeLessThan(10e6);
    expect(transcript.end()).toBe('');
  });
});

function heapInUse(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
