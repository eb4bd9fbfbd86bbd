import { describe, expect, it } from 'vitest';
import { Stopped } from '../../../src/base/abort.ts';
import { Failure } from '../../../src/base/failure.ts';
import { runCommandLine } from '../../../src/commands/frame/run-command-line.ts';
import { validateError } from '../../../src/format/schemas.ts';
import { MemoryIo } from '../../support/memory-io.ts';
import { sampleCommand } from './sample-commands.ts';

const done = sampleCommand(() => 0);

function failing(error: unknown) {
  return sampleCommand(() => {
    throw error;
  });
}

describe('runCommandLine', () => {
  it('returns what the command returns', async () => {
    expect(await runCommandLine(['ls'], [sampleCommand(() => 3)], new MemoryIo())).toBe(3);
  });

  it('prints usage on stderr without arguments, and returns 2', async () => {
    const io = new MemoryIo();
    expect(await runCommandLine([], [done], io)).toBe(2);
    expect(io.errText).toMatch(/^usage: sessions COMMAND/);
    expect(io.outText).toBe('');
  });

  it('prints help and version on stdout', async () => {
    for (const [argv, text] of [
      [['--help'], /^sessions - /],
      [['ls', '-h'], /^sessions ls - do ls\n/],
      [['--version'], /^sessions \d+\.\d+\.\d+\n$/],
    ] as const) {
      const io = new MemoryIo();
      expect(await runCommandLine(argv, [done], io)).toBe(0);
      expect(io.outText).toMatch(text);
      expect(io.errText).toBe('');
    }
  });

  it('returns the code of the signal, whether the command gave up or ended in order', async () => {
    for (const error of [undefined, new Failure('trouble', 'cut off')]) {
      const io = new MemoryIo();
      const command = sampleCommand(() => {
        io.stop.abort(new Stopped('SIGTERM'));
        if (error) throw error;
        return 0;
      });
      expect(await runCommandLine(['ls'], [command], io)).toBe(143);
      expect(io.errText).toBe('');
    }
  });
});

describe('a failure', () => {
  it('is one safe line with its place, and its hints', async () => {
    const io = new MemoryIo();
    const failure = new Failure('partial', 'line is too\nlong \x1b[2J', {
      file: '/h/\u202efile',
      line: 7,
      offset: 4096,
      hint: 'first\nsecond\x07',
    });
    expect(await runCommandLine(['ls'], [failing(failure)], io)).toBe(3);
    expect(io.errText).toBe(
      'sessions: /h/\\u{202e}file:7 (byte 4096): line is too^Jlong ^[[2J\nhint: first\nhint: second^G\n',
    );
  });

  it('is one JSON object with --json, also when the arguments were wrong', async () => {
    const io = new MemoryIo();
    const failure = new Failure('busy', 'locked', { file: '/f', line: 1, offset: 0, hint: 'wait' });
    expect(await runCommandLine(['ls', '--json'], [failing(failure)], io)).toBe(5);
    expect(await runCommandLine(['lss', '--json'], [done], io)).toBe(2);
    const errors = io.errText
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const error of errors) expect(validateError(error)).toMatchObject({ ok: true });
    expect(errors).toEqual([
      {
        schema: 'sessions.error/1',
        kind: 'busy',
        message: 'locked',
        file: '/f',
        line: 1,
        offset: 0,
        hint: 'wait',
        exit: 5,
      },
      {
        schema: 'sessions.error/1',
        kind: 'usage',
        message: "'lss' is not a command",
        file: null,
        line: null,
        offset: null,
        hint: 'did you mean ls?',
        exit: 2,
      },
    ]);
  });

  it('in JSON is escaped on a terminal, and is not JSON when --json is an operand', async () => {
    const io = new MemoryIo({ tty: true });
    await runCommandLine(['ls', '--json'], [failing(new Failure('usage', '\u009b'))], io);
    expect(io.errText).toContain('"message":"\\u009b"');
    const other = new MemoryIo();
    await runCommandLine(['ls', '--', '--json'], [failing(new Failure('usage', 'x'))], other);
    expect(other.errText).toBe('sessions: x\n');
  });

  it('of a closed pipe or a signal has no words', async () => {
    const io = new MemoryIo();
    expect(await runCommandLine(['ls'], [failing(new Failure('closed-pipe', 'gone'))], io)).toBe(141);
    expect(await runCommandLine(['ls'], [failing(new Stopped('SIGINT'))], io)).toBe(130);
    expect(io.errText).toBe('');
  });

  it('of the system gives its reason and its path, once', async () => {
    const io = new MemoryIo();
    const { readFile } = await import('node:fs/promises');
    const command = sampleCommand(async () => (await readFile('/no/such/file')).length);
    expect(await runCommandLine(['ls'], [command], io)).toBe(2);
    expect(io.errText).toBe('sessions: /no/such/file: no such file or directory\n');
  });

  it('that nobody foresaw owns up to it, with a stack only when that is asked for', async () => {
    const error = new TypeError('x is not a function');
    const quiet = new MemoryIo();
    expect(await runCommandLine(['ls'], [failing(error)], quiet)).toBe(2);
    expect(quiet.errText).toBe(
      'sessions: x is not a function\nhint: this is a fault of sessions; SESSIONS_DEBUG=1 shows where it happened\n',
    );
    const loud = new MemoryIo({ env: { SESSIONS_DEBUG: '1' } });
    await runCommandLine(['ls'], [failing(error)], loud);
    expect(loud.errText).toMatch(/\n {4}at .*run-command-line\.test\.ts/);
  });

  it.each([['a string'], [undefined], [null], [{ message: 1 }]])('may be any value: %j', async (thrown) => {
    const io = new MemoryIo();
    expect(await runCommandLine(['ls'], [failing(thrown)], io)).toBe(2);
    expect(io.errText).toMatch(/^sessions: .+\n$/);
  });
});
