import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Invocation } from '../../../src/commands/command.ts';
import { parseArgv } from '../../../src/commands/frame/parse-argv.ts';
import { sampleSpecs } from './sample-commands.ts';

function parse(...argv: string[]) {
  return parseArgv(argv, sampleSpecs);
}

function invoke(...argv: string[]): Invocation {
  const request = parse(...argv);
  if (request.kind !== 'run') throw new Error(`asks for ${request.kind}`);
  return request.invocation;
}

function failureOf(...argv: string[]) {
  try {
    parse(...argv);
  } catch (error) {
    return error as { kind: string; message: string; hint?: string };
  }
  throw new Error('nothing was thrown');
}

describe('what is asked for', () => {
  it.each([
    [[], 'nothing', undefined],
    [['--help'], 'help', undefined],
    [['-h'], 'help', undefined],
    [['--version'], 'version', undefined],
    [['-V'], 'version', undefined],
    [['ls', '--help'], 'help', 'ls'],
    [['--help', 'ls'], 'help', 'ls'],
    [['exec', 'resume', '-h'], 'help', 'exec resume'],
    [['ls', '--no-such-option', '--help'], 'help', 'ls'],
    [['ls', '-V'], 'version', undefined],
    [['ls'], 'run', 'ls'],
    [['exec'], 'run', 'exec'],
    [['exec', 'resume'], 'run', 'exec resume'],
    [['exec', 'other'], 'run', 'exec'],
    [['hold', 'add'], 'run', 'hold add'],
  ])('by %j is %s of %s', (argv, kind, name) => {
    const request = parse(...argv);
    expect(request.kind).toBe(kind);
    expect('spec' in request ? request.spec?.name : undefined).toBe(name);
  });

  it('is not help when that stands behind --', () => {
    expect(invoke('ls', '--', '--help', '-V').operands).toEqual(['--help', '-V']);
  });
});

describe('operands', () => {
  it.each([
    [['1e3', '007', '0x10', 'Infinity', 'NaN', '1.0']],
    [['-']],
    [['a', '-', 'b']],
    [['true', 'false', 'null', '__proto__', 'constructor']],
    [['ls', 'show']],
    [['a b', 'ä', '@last', './x.jsonl']],
  ])('%j stay as they were typed', (operands) => {
    expect(invoke('ls', ...operands).operands).toEqual(operands);
    expect(invoke('ls', '--json', ...operands).operands).toEqual(operands);
    expect(invoke('ls', ...operands, '-q').operands).toEqual(operands);
    expect(invoke('ls', '--', ...operands).operands).toEqual(operands);
  });

  it('may look like options behind --', () => {
    const { operands, options } = invoke('ls', '--json', '--', '-q', '--limit', '--', '--name=x');
    expect(operands).toEqual(['-q', '--limit', '--', '--name=x']);
    expect(options.flag('quiet')).toBe(false);
  });

  it('are not eaten by the flag before them', () => {
    const { operands, options } = invoke('ls', '--no-color', 'a', '--archived', 'only', '--reverse', 'false');
    expect(operands).toEqual(['a', 'only', 'false']);
    expect([options.flag('no-color'), options.flag('archived'), options.flag('reverse')]).toEqual([true, true, true]);
    expect(options.word('archived')).toBeUndefined();
  });

  it.each([
    [['show'], 'SESSION is missing', 'sessions show SESSION'],
    [['show', 'a', 'b'], "'b' is one argument too many", 'sessions show SESSION'],
    [['show', ''], 'an argument is empty', 'sessions show SESSION'],
  ])('of %j are refused: %s', (argv, message, hint) => {
    expect(failureOf(...argv)).toMatchObject({ kind: 'usage', message, hint });
  });
});

describe('options', () => {
  it.each(['1e3', '007', '0x10', '1.0', '-0', '0', 'true', 'false', '[]', 'a=b', '=', ' ', '--json', '-', 'ä'])(
    'keep the value %j as it was typed',
    (value) => {
      expect(invoke('ls', `--name=${value}`).options.text('name')).toBe(value);
      if (value === '-' || !value.startsWith('-')) {
        const { operands, options } = invoke('ls', '--name', value, 'operand');
        expect([options.text('name'), operands]).toEqual([value, ['operand']]);
      }
    },
  );

  it('keep any value and any operand', () => {
    const text = fc.string({ unit: 'binary', minLength: 1 }).filter((value) => !value.includes('\0'));
    fc.assert(
      fc.property(text, fc.array(text), (value, operands) => {
        const invocation = invoke('ls', `--branch=${value}`, '-q', '--', ...operands);
        expect(invocation.options.text('branch')).toBe(value);
        expect(invocation.options.flag('quiet')).toBe(true);
        expect(invocation.operands).toEqual(operands);
      }),
    );
  });

  it('may be short, together, and with a value behind', () => {
    const { options } = invoke('ls', '-q0', '-t3..4');
    expect([options.flag('quiet'), options.flag('null'), options.text('turn')]).toEqual([true, true, '3..4']);
    expect(invoke('ls', '-qt', '5').options.text('turn')).toBe('5');
    expect(invoke('ls', '-qt=5').options.text('turn')).toBe('5');
  });

  it('count the last time they are given, unless they are a list', () => {
    const { options } = invoke('ls', '--limit', '1', '--type', 'a', '--limit=2', '--type=b', '--json', '--json');
    expect(options.text('limit')).toBe('2');
    expect(options.texts('type')).toEqual(['a', 'b']);
    expect(options.flag('json')).toBe(true);
    expect(invoke('ls', '--archived=only', '--archived').options.word('archived')).toBeUndefined();
  });

  it('with an optional value take it behind = only', () => {
    expect(invoke('ls', '--archived=only').options.word('archived')).toBe('only');
    expect(failureOf('ls', '--archived=all')).toMatchObject({
      message: "--archived does not take 'all'",
      hint: 'one of: only',
    });
  });

  it('are false, undefined or empty when they are not given', () => {
    const { options } = invoke('ls');
    const values = [options.flag('no-color'), options.text('name'), options.count('limit'), options.texts('type')];
    expect(values).toEqual([false, undefined, undefined, []]);
  });

  it.each([
    [['--nmae', 'x'], 'there is no option --nmae', 'did you mean --name?'],
    [['--no-colour'], 'there is no option --no-colour', 'did you mean --no-color?'],
    [['--no-json'], 'there is no option --no-json', 'add --help for the options'],
    [['--lim=3'], 'there is no option --lim', 'did you mean --limit?'],
    [['--olderThan', '3d'], 'there is no option --olderThan', 'did you mean --older-than?'],
    [['--__proto__=1'], 'there is no option --__proto__', 'add --help for the options'],
    [['--constructor'], 'there is no option --constructor', 'add --help for the options'],
    [['--name.first=1'], 'there is no option --name.first', 'add --help for the options'],
    [['--=x'], 'there is no option --', 'add --help for the options'],
    [['---json'], 'there is no option ---json', 'did you mean --json?'],
    [['-x'], 'there is no option -x', 'add --help for the options'],
    [['-qx'], 'there is no option -x', 'add --help for the options'],
    [['-json'], 'there is no option -j', 'did you mean --json?'],
    [['-5'], 'there is no option -5', 'add --help for the options'],
    [['--limit'], '--limit needs N', undefined],
    [['-t'], '-t needs A..B', undefined],
    [['--limit', '--json'], '--limit needs N', "if '--json' is the value, write --limit=--json"],
    [['--limit', '-5'], '--limit needs N', "if '-5' is the value, write --limit=-5"],
    [['--limit', '--', '5'], '--limit needs N', undefined],
    [['--name='], '--name needs GLOB, not an empty text', undefined],
    [['--name', ''], '--name needs GLOB, not an empty text', undefined],
    [['--json=true'], '--json takes no value', undefined],
    [['--no-color='], '--no-color takes no value', undefined],
    [['--sort', 'update'], "--sort does not take 'update'", 'did you mean updated?'],
    [['--sort', '1'], "--sort does not take '1'", 'one of: created, updated, size, tokens'],
  ])('%j are refused: %s', (argv, message, hint) => {
    expect(failureOf('ls', ...argv)).toMatchObject({ kind: 'usage', message, hint });
  });
});

describe('commands', () => {
  it.each([
    [['sohw'], "'sohw' is not a command", 'did you mean show?'],
    [['xyzzy'], "'xyzzy' is not a command", 'sessions help lists the commands'],
    [['1e3'], "'1e3' is not a command", 'sessions help lists the commands'],
    [['__proto__'], "'__proto__' is not a command", 'sessions help lists the commands'],
    [['LS'], "'LS' is not a command", 'sessions help lists the commands'],
    [['hold'], "'hold' needs a second word", 'one of: hold add, hold list'],
    [['hold', 'ad'], "'hold ad' is not a command", 'one of: hold add, hold list'],
    [['hold add'], "'hold add' is not a command", 'did you mean hold add?'],
    [[''], "'' is not a command", 'sessions help lists the commands'],
    [['--json', 'ls'], "'--json' stands before a command", 'options stand behind the command: sessions COMMAND --json'],
    [['--bogus'], "'--bogus' is not a command", 'see sessions --help'],
    [['-'], "'-' is not a command", 'see sessions --help'],
    [['--', 'ls'], "'--' is not a command", 'see sessions --help'],
  ])('of %j are refused: %s', (argv, message, hint) => {
    expect(failureOf(...argv)).toMatchObject({ kind: 'usage', message, hint });
  });
});
