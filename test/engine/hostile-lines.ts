import fc from 'fast-check';

/** One line of a rollout as a hostile or a careless writer could have made it. */
export interface HostileLine {
  /** The line with its end. */
  text: string;
  isBlank: boolean;
  /** Type of its record, where it is in an envelope. */
  type: string | null;
  /** Text that must stand in the event as it stands here; null for lines that are brought to another form. */
  kept: string | null;
  /** Integers beyond 2^53 that must come through. */
  digits: string[];
}

const great = fc
  .bigInt({ min: 2n ** 53n, max: 2n ** 80n })
  .map((number) => (number % 2n === 0n ? `${number}` : `-${number}`));
const number = fc.oneof(
  great,
  fc.integer().map(String),
  fc.constantFrom('-0', '1.0', '1E5', '1e400', '-1e-400', '0.10'),
);

const character = fc.constantFrom(
  'a',
  'é',
  '名',
  '😀',
  '\u2028',
  '\u2029',
  '\u0085',
  '\u00a0',
  '\ufffd',
  '\u202e',
  '\u{e0041}',
  '/',
);
const escaped = fc.constantFrom(
  '\\ud83d',
  '\\udc00',
  '\\u0000',
  '\\u001b',
  '\\n',
  '\\r',
  '\\"',
  '\\\\',
  '\\/',
  '\\u2028',
  '\\u0061',
);
const string = fc.array(fc.oneof(character, escaped), { maxLength: 8 }).map((parts) => `"${parts.join('')}"`);

const key = fc.oneof(
  fc.constantFrom(
    '"a"',
    '"b"',
    '"10"',
    '"2"',
    '"__proto__"',
    '"constructor"',
    '"\\u0061"',
    '"k\\"ey"',
    '"ü"',
    '"thread_id"',
    '"turn"',
  ),
  string,
);
const space = fc.constantFrom('', '', '', ' ', '\t', '\r', ' \r ');

/** JSON text of any value, nested a little, with keys that may repeat. */
const { value } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.oneof(number, string, fc.constantFrom('true', 'false', 'null')),
    fc
      .tuple(fc.array(tie('value'), { maxLength: 3 }), space)
      .map(([values, gap]) => `[${gap}${values.join(`,${gap}`)}]`),
    tie('object'),
  ),
  object: members(fc.tuple(key, tie('value')), 3).map((text) => `{${text}}`),
}));

/** Members of a payload, under keys that may repeat but are not the payload's own. */
const extras = members(fc.tuple(key, value), 4);
/** Members under keys of their own, so that nothing of them is lost when the object is parsed. */
const distinctExtras = fc
  .array(number, { maxLength: 3 })
  .map((numbers) => numbers.map((text, index) => `"extra${index}":${text}`).join(','));

const payload = (own: string, more: string) => `{${own}${own && more ? ',' : ''}${more}}`;

/** A record whose payload is passed on as it stands. */
const passedOn = fc
  .tuple(
    fc.constantFrom(
      ['session_meta', '"id":"x","cwd":"/x"'],
      ['turn_context', '"model":"m"'],
      ['compacted', '"message":"m"'],
      ['world_state', '"full":true'],
      ['from_the_future', ''],
      ['response_item', '"type":"message","role":"user","content":[]'],
      ['response_item', '"type":"reasoning","summary":[]'],
      ['response_item', '"type":"ghost_snapshot"'],
      ['event_msg', '"type":"from_the_future"'],
    ),
    extras,
    fc.option(fc.nat(), { nil: null }),
  )
  .map(([[type, own], more, ordinal]) => {
    const text = payload(own as string, more);
    return { type, line: envelope(type as string, text, ordinal), kept: text, digits: [] };
  });

/** A record that is brought to another form: only what is lost in no form is asked of it. */
const brought = fc
  .tuple(
    fc.constantFrom(
      ['event_msg', '"type":"user_message","message":"hi"'],
      ['event_msg', '"type":"agent_message","message":"hi"'],
      ['event_msg', '"type":"item_completed","item":{"type":"UserMessage","content":[]}'],
      ['event_msg', '"type":"patch_apply_end","call_id":"c","changes":{}'],
      ['response_item', '"type":"custom_tool_call","call_id":"c","name":"apply_patch","input":"*** Begin"'],
      ['response_item', '"type":"function_call_output","call_id":"c","output":"x"'],
    ),
    distinctExtras,
  )
  .map(([[type, own], more]) => ({
    type,
    line: envelope(type as string, payload(own as string, more), null),
    kept: null,
    digits: own?.includes('item_completed') ? [] : greatIn(more),
  }));

/** A call whose arguments are JSON within a JSON string. */
const call = fc.tuple(value, distinctExtras).map(([args, more]) => {
  const own = `"type":"function_call","call_id":"c","name":"shell","arguments":${JSON.stringify(args)}`;
  const shown = args.replaceAll(/[\r\n]+/g, ' ').trim();
  return {
    type: 'response_item',
    line: envelope('response_item', payload(own, more), null),
    kept: `"arguments":${shown}`,
    digits: greatIn(more),
  };
});

/** An object of the oldest dialect, or of none. */
const bare = fc
  .tuple(
    fc.constantFrom(
      '"type":"message","role":"user","content":[]',
      '"record_type":"state"',
      '"id":"x","timestamp":"T"',
      '',
    ),
    extras,
  )
  .map(([own, more]) => {
    const text = payload(own, more);
    return { type: own.includes('message') ? 'response_item' : null, line: text, kept: text, digits: [] };
  });

/** What is no record at all. */
const noRecord = fc
  .oneof(
    value.filter((text) => !text.startsWith('{')).map((text) => text.trim()),
    fc.constantFrom('garbage', '{"a":', '{"a":1}{"b":2}', '\u0000\u0000', '{"a":NaN}', '"\u0001"', '\ufeff{}', ']'),
  )
  .map((line) => ({ type: null, line, kept: null, digits: [] }));

const blank = fc.constantFrom('', ' ', '\t').map((line) => ({ type: null, line, kept: null, digits: [] }));

export const hostileLine: fc.Arbitrary<HostileLine> = fc
  .tuple(
    fc.oneof(
      { weight: 8, arbitrary: passedOn },
      { weight: 5, arbitrary: brought },
      { weight: 4, arbitrary: call },
      { weight: 2, arbitrary: bare },
      { weight: 2, arbitrary: noRecord },
      { weight: 1, arbitrary: blank },
    ),
    fc.constantFrom('\n', '\n', '\r\n'),
    fc.constantFrom('', '', ' '),
  )
  .map(([{ type, line, kept, digits }, end, before]) => ({
    text: before + line + end,
    isBlank: line.trim() === '',
    type: type ?? null,
    kept,
    digits,
  }));

function envelope(type: string, payloadText: string, ordinal: number | null): string {
  const place = ordinal === null ? '' : `"ordinal":${ordinal},`;
  return `{"timestamp":"2026-01-02T03:04:05.678Z",${place}"type":"${type}","payload":${payloadText}}`;
}

function members(member: fc.Arbitrary<[string, string]>, maxLength: number): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(member, { maxLength }), space)
    .map(([pairs, gap]) => pairs.map(([name, text]) => `${gap}${name}${gap}:${gap}${text}${gap}`).join(','));
}

function greatIn(text: string): string[] {
  return text.match(/\d{16,}/g) ?? [];
}
