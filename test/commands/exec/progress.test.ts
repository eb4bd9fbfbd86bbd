import { describe, expect, it } from 'vitest';
import { OutputQueue } from '../../../src/commands/exec/output-queue.ts';
import { progress } from '../../../src/commands/exec/progress.ts';
import type { SessionEvent } from '../../../src/runner/session-events.ts';
import type { ToolOutcome } from '../../../src/runner/tools/tool.ts';
import { MemoryIo } from '../../support/memory-io.ts';

const call = { callId: 'c1', name: 'shell_command', argumentsText: '{"command":"run"}' };
const other = { callId: 'c2', name: 'list_dir', argumentsText: '{}' };
const called: SessionEvent = { type: 'call', call };
const printed = (text: string): SessionEvent => ({ type: 'output_delta', callId: 'c1', text });
const said = (text: string): SessionEvent => ({ type: 'text_delta', text });
const thought = (text: string): SessionEvent => ({ type: 'reasoning_delta', text });
const retried: SessionEvent = { type: 'retry', message: 'broke', delayMs: 200 };
const message = (text: string): SessionEvent => ({
  type: 'item',
  item: { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] },
});
const reasoning = (...texts: string[]): SessionEvent => ({
  type: 'item',
  item: { type: 'reasoning', summary: texts.map((text) => ({ type: 'summary_text', text })) },
});
const outcome = (output: string, more: Partial<ToolOutcome> = {}): SessionEvent => ({
  type: 'outcome',
  call,
  outcome: { output, status: 'completed', ...more },
});

interface Options {
  /** What the last message is; the run is interrupted without one. */
  answer?: string;
  /** Whether stderr, and stdout, are a terminal. */
  terminals?: [boolean, boolean];
  showsAnswer?: boolean;
}

async function show(events: SessionEvent[], { answer, terminals = [true, true], showsAnswer = true }: Options = {}) {
  const io = new MemoryIo();
  [io.stderr.isTTY, io.stdout.isTTY] = terminals;
  Object.assign(io, { sharesTerminal: terminals[0] && terminals[1] });
  const queue = new OutputQueue(() => {});
  const output = progress(io, queue, showsAnswer);
  for (const event of events) output.event(event);
  const how = answer === undefined ? 'interrupted' : 'completed';
  await output.end({ outcome: how, lastMessage: answer ?? null, error: null });
  await queue.end();
  return { err: io.errText, out: io.outText };
}

const talk = [
  thought('Hm'),
  thought('.\nWell.'),
  said('It '),
  said('is '),
  reasoning('Hm.\nWell.'),
  said('so.'),
  message('It is so.'),
];

describe('progress on a terminal', () => {
  it('has texts as they come, once', async () => {
    expect(await show(talk, { answer: 'It is so.' })).toEqual({ err: '\n  . Hm.\n  . Well.\n\nIt is so.\n', out: '' });
    const whole = [reasoning('Hm.', 'Well.'), message('It is so.')];
    expect((await show(whole, { answer: 'It is so.' })).err).toBe('\n  . Hm.\n\n  . Well.\n\nIt is so.\n');
    const part = [said('It'), message('It is so.'), message('And so.')];
    expect((await show(part, { answer: 'And so.' })).err).toBe('\nIt is so.\n\nAnd so.\n');
  });

  it('leaves the answer to stdout where that is somewhere else, and to stderr where stdout has an id', async () => {
    const first = [said('I look.'), message('I look.'), called, outcome('x'), ...talk];
    const { err, out } = await show(first, { answer: 'It is so.', terminals: [true, false] });
    expect(out).toBe('It is so.\n');
    expect(err).toBe('\nI look.\n\n$ run\n  | x\n  completed\n\n  . Hm.\n  . Well.\n');
    const id = await show(talk, { answer: 'It is so.', terminals: [true, false], showsAnswer: false });
    expect(id).toEqual({ err: '\n  . Hm.\n  . Well.\n\nIt is so.\n', out: '' });
  });

  it('is told of whole items elsewhere', async () => {
    const { err, out } = await show([...talk, called, printed('x\n'), outcome('x\n'), retried], {
      ...{ answer: 'It is so.', terminals: [false, false] },
    });
    expect(err).toBe(
      '\n  . Hm.\n  . Well.\n\nIt is so.\n\n$ run\n  | x\n  completed\nsessions: broke; trying again in 0.2 s\n',
    );
    expect(out).toBe('It is so.\n');
  });

  it('keeps what was streamed of an answer that is broken off, and says when it begins again', async () => {
    expect((await show([said('half')])).err).toBe('\nhalf\n');
    expect((await show([said('half'), retried, said('whole'), message('whole')], { answer: 'whole' })).err).toBe(
      '\nhalf\nsessions: broke; trying again in 0.2 s; the answer begins again\n\nwhole\n',
    );
    expect((await show([retried, said('whole'), message('whole')], { answer: 'whole' })).err).not.toContain('again\n');
  });

  it('shows the beginning of what a command prints, and counts what it printed', async () => {
    const lines = Array.from({ length: 12 }, (_, index) => `${index}\n`);
    const first = lines.slice(0, 8).map((line) => `  | ${line}`);
    const events = [called, printed('0\n1'), printed('\n2\n'), ...lines.slice(3).map(printed)];
    const cut = `Exit code: 0\nWall time: 1 seconds\nTotal output lines: 12239\nOutput:\n${lines.join('')}`;
    expect((await show([...events, outcome(lines.join(''))])).err).toBe(
      `\n$ run\n${first.join('')}  | … 4 more lines\n  completed\n`,
    );
    expect((await show([...events, outcome(cut)])).err).toContain('  | 7\n  | … 12231 more lines\n');
    expect((await show([called, outcome(cut)])).err).toContain('  | 7\n  | … 12231 more lines\n');
    const part = `${lines.join('')}\n[… 99 bytes with 9 line feeds left out …]\nend`;
    expect((await show([called, outcome(part)])).err).toContain('  | … 7 more lines of what is kept\n');
  });

  it('shows with the outcome what it has not shown before', async () => {
    const late = 'Exit code: 124\nOutput:\ncommand timed out after 5 milliseconds\none  \ntwo';
    expect((await show([called, printed('one  \ntw'), printed('o\n\n'), outcome(late)])).err).toBe(
      '\n$ run\n  | one  \n  | two\n  | command timed out after 5 milliseconds\n  completed\n',
    );
    const long = 'x'.repeat(300);
    expect((await show([called, printed(long), printed(long), outcome(long + long)])).err).toBe(
      `\n$ run\n  | ${'x'.repeat(200)}\n  completed\n`,
    );
    const both: SessionEvent[] = [called, { type: 'call', call: other }, printed('one\n'), outcome('one')];
    expect((await show(both)).err).toBe('\n$ run\n\nlist_dir {}\n  | one\n  completed\n');
  });

  it('makes everything visible that could change the terminal', async () => {
    const hostile = ['\x1b', '[2J', '\x9b31m', '\u202e', '\r\x07'];
    const { err } = await show([
      ...[...hostile.map(thought), ...hostile.map(said), called],
      ...[...hostile.map(printed), printed('\t'), outcome(hostile.join(''))],
    ]);
    expect(err).toBe(
      ['  . ', '', '$ run\n  | '].map((before) => `\n${before}^[[2J\\u{9b}31m\\u{202e}^M^G`).join('\n') +
        '^I\n  completed\n',
    );
  });
});
