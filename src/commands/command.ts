import type { Io } from '../base/io.ts';
import type { GivenOptions } from './frame/given-options.ts';

/** One command: data that describes it, and the function that does it. */
export interface Command {
  spec: CommandSpec;
  /** Returns the exit code. Heavy modules are imported inside, so that `--help` stays fast. */
  run(invocation: Invocation, io: Io): Promise<number>;
}

/** What a command was called with, after the frame has checked it against the spec. */
export interface Invocation {
  operands: string[];
  options: GivenOptions;
}

/** The one description that feeds parsing, `--help`, the man page and completion. */
export interface CommandSpec {
  /** The word, or two words (`hold add`), after `sessions`. */
  name: string;
  group: CommandGroup;
  /** One line without a full stop, as in a man page's NAME section. */
  summary: string;
  /** What follows the name, one string a form: `[options] [SESSION...]`. */
  synopsis: string[];
  /** Paragraphs. A word between backquotes is something to type. */
  description: string[];
  operands: OperandSpec[];
  options: OptionSpec[];
  /** Further lists of the help text, such as the rules of `validate`. */
  sections?: Section[];
  examples: Example[];
  exits: ExitCase[];
  /** Pages such as `sessions-events(5)`. */
  seeAlso: string[];
}

export const commandGroups = ['look', 'audit', 'keep', 'run', 'other'] as const;
export type CommandGroup = (typeof commandGroups)[number];

/** What a shell offers in this place. */
export type Completes = 'session' | 'file' | 'folder' | 'schema' | 'command' | 'shell';

export interface OperandSpec {
  /** Upper case, as in the synopsis. */
  name: string;
  min: number;
  /** `Infinity` for a list. */
  max: number;
  completes?: Completes;
}

export interface OptionSpec {
  /** Without the dashes. */
  long: string;
  /** One character, without the dash. */
  short?: string;
  /** Upper-case placeholder of the value; absent for a flag. */
  value?: string;
  /** The value may be left out, and is then only taken as `--long=value`. */
  valueOptional?: true;
  /** The words that the value may be. */
  values?: readonly string[];
  /** The words that a shell offers for a value that may be other things too, such as several of them with commas between. */
  offers?: readonly string[];
  /** May be given more than once; otherwise the last one wins. */
  repeatable?: true;
  description: string;
  completes?: Completes;
}

export interface Section {
  title: string;
  paragraphs?: string[];
  entries?: { term: string; text: string }[];
}

export interface Example {
  run: string;
  explains: string;
}

export interface ExitCase {
  code: number;
  when: string;
}
