import { describe, expect, it } from 'vitest';
import { Verbatim } from '../../../src/model/verbatim.ts';
import { event, item, msg, rowsOf, transcriptOf } from './events.ts';

describe('what was said', () => {
  it("is shown from the events, not from the model's copy as well", () => {
    const events = [
      item('message', { role: 'user', content: [{ type: 'input_text', text: 'hello' }] }),
      msg('UserMessage', { text: 'hello' }),
      msg('AgentMessage', { text: 'Hi.\n\n> not the user\n' }),
      item('message', { role: 'assistant', content: [{ type: 'output_text', text: 'Hi.' }] }),
    ];
    expect(rowsOf(events)).toEqual(['> hello', '', '• Hi.', '', '  > not the user']);
  });

  it('is shown from the copy where a compaction left no other', () => {
    const copy = (role: string, text: string) =>
      item('message', { role, content: [{ type: 'text', text }] }, { synthetic: true });
    expect(rowsOf([copy('user', 'hello'), copy('assistant', 'Hi.')])).toEqual(['> hello', '', '• Hi.']);
    expect(transcriptOf([copy('user', '<environment_context>\n…')])).toBe('');
  });

  it('includes images, by name or by size', () => {
    const sent = msg('UserMessage', {
      text: 'look',
      images: ['data:image/png;base64,AAAAAAAA'],
      local_images: ['/tmp/a.png'],
    });
    expect(rowsOf([sent])).toEqual(['> look', '  [image image/png, 8 characters of base64]', '  [image /tmp/a.png]']);
    expect(rowsOf([msg('UserMessage', { text: '', images: ['https://example.com/a.png'] })])).toEqual([
      '> [image https://example.com/a.png]',
    ]);
  });

  it('leaves out messages to the model, but on request', () => {
    const events = [
      item('message', { role: 'developer', content: [{ type: 'input_text', text: 'Obey.' }] }),
      item('message', { role: 'user', content: [{ type: 'input_text', text: '<environment_context>\n/work' }] }),
    ];
    expect(transcriptOf(events)).toBe('');
    expect(rowsOf(events, { showAll: true })).toEqual([
      '· developer message to the model',
      '│ Obey.',
      '',
      '· user message to the model',
      '│ <environment_context>',
      '│ /work',
    ]);
  });
});

describe('reasoning', () => {
  it('is one short paragraph', () => {
    const rows = rowsOf([msg('AgentReasoning', { text: `**Why**\n\n${'because '.repeat(200)}` })]);
    expect(rows[0]).toMatch(/^~ Why because because/);
    expect(rows.at(-1)).toMatch(/ … 1 3\d\d more characters$/);
    expect(rows.length).toBeLessThan(5);
  });

  it('is whole on request, with what is not a summary', () => {
    const event = msg('Reasoning', { text: 'Summary.\nMore.', raw_content: ['Raw.'] });
    expect(rowsOf([event])).toEqual(['~ Summary. More.']);
    expect(rowsOf([event], { showAll: true })).toEqual(['~ Summary.', '  More.', '~ Raw.']);
  });

  it('is read from the item where the dialect has no event for it', () => {
    const thought = { summary: [{ type: 'summary_text', text: 'Hm.' }], content: [{ text: 'Raw.' }] };
    expect(rowsOf([item('reasoning', thought, { timestamp: null })])).toEqual(['~ Hm.']);
    expect(transcriptOf([item('reasoning', thought)])).toBe('');
    expect(rowsOf([item('reasoning', thought)], { showAll: true })).toEqual(['~ Raw.']);
  });
});

describe('what happened to the session', () => {
  it.each([
    ['TurnAborted', { reason: 'interrupted' }, '! turn aborted: interrupted'],
    ['TurnComplete', { error: { message: 'quota' } }, '! turn failed: quota'],
    ['Error', { message: 'no route' }, '! error: no route'],
    ['StreamError', {}, '! stream error: no message recorded'],
    ['Warning', { message: 'careful' }, '! warning: careful'],
    ['ThreadRolledBack', { num_turns: 1 }, '! 1 turn rolled back'],
    ['ThreadRolledBack', { num_turns: 1200 }, '! 1 200 turns rolled back'],
    ['ThreadNamed', { thread_name: 'My naïve name' }, '· named My naïve name'],
    ['ThreadGoalUpdated', { goal: { status: 'paused', objective: 'Finish' } }, '· goal paused: Finish'],
    ['EnteredReviewMode', { user_facing_hint: 'current changes' }, '· review started: current changes'],
    ['ContextCompacted', {}, '· context compacted'],
    ['BackgroundEvent', { message: 'waiting' }, '· BackgroundEvent: waiting'],
    ['SomethingNew', {}, '· SomethingNew'],
  ])('%s %j', (type, fields, expected) => {
    expect(rowsOf([msg(type, fields)])).toEqual([expected]);
  });

  it('is quiet about what has nothing to say', () => {
    const quiet = [msg('TurnStarted'), msg('TurnComplete', { error: null }), msg('ThreadSettingsApplied')];
    expect(transcriptOf([...quiet, item('ghost_snapshot'), msg('AgentMessageDelta', { delta: 'x' })])).toBe('');
    expect(transcriptOf([msg('ThreadSettingsApplied', { model: 'm' })], { showAll: true })).toContain('"model":"m"');
  });

  it('gives the outcome of a review', () => {
    const review_output = {
      findings: [{ title: 'Off by one' }],
      overall_correctness: 'patch is incorrect',
      overall_explanation: 'See below.',
    };
    expect(rowsOf([msg('ExitedReviewMode', { review_output })])).toEqual([
      '· review finished: patch is incorrect, 1 finding',
      '  See below.',
      '  - Off by one',
    ]);
  });

  it('gives the context of a turn on request, digit by digit', () => {
    const context = event({ type: 'TurnContext', context: new Verbatim('{"model":"m","n":12345678901234567890}') });
    expect(transcriptOf([context])).toBe('');
    expect(transcriptOf([context], { showAll: true })).toBe('· context {"model":"m","n":12345678901234567890}\n');
  });
});

describe('a compaction', () => {
  const record = event({ type: 'Compacted', compacted: new Verbatim('{"message":"What was done."}') });
  const told = msg('ContextCompacted');

  it('is said once, whichever of its two records comes first', () => {
    for (const events of [
      [record, told],
      [told, record],
      [record, msg('TurnStarted'), told],
    ]) {
      expect(rowsOf(events)).toEqual(['· context compacted']);
    }
  });

  it('is said each time it happens', () => {
    expect(rowsOf([record, record])).toHaveLength(3);
    expect(rowsOf([record, told, record, told])).toHaveLength(3);
  });

  it('gives the summary on request', () => {
    expect(rowsOf([record, told], { showAll: true })).toEqual(['· context compacted', '│ What was done.']);
  });
});

describe('a record that could not be read', () => {
  const torn = event({ type: 'Unknown', error: 'BAD-JSON', offset: 12_345, length: 7, raw_text: '{"torn' });

  it('has one line', () => {
    expect(rowsOf([torn])).toEqual(['? unknown record · BAD-JSON · at byte 12 345 · 7 bytes']);
    expect(rowsOf([event({ type: 'Unknown', record_type: 'event_msg/new' })])).toEqual([
      '? unknown record event_msg/new',
    ]);
  });

  it('is whole on request', () => {
    expect(rowsOf([torn], { showAll: true })[1]).toBe('│ {"torn');
  });

  it('is not taken for what Codex notes for itself', () => {
    const usage = { type: 'Unknown' as const, record_type: 'token_usage_record', raw: new Verbatim('{"usage":1}') };
    expect(transcriptOf([event(usage)])).toBe('');
    expect(transcriptOf([event(usage)], { showAll: true })).toContain('│ {"usage":1}');
    expect(transcriptOf([event({ ...usage, error: 'TOO-DEEP' })])).toContain('token_usage_record');
  });
});
