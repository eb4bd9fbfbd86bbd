import type { Colours } from '../../ui/colour.ts';
import type { CommandSpec, ExitCase, OptionSpec, Section } from '../command.ts';
import { allOptions, describeOption, spellings } from './common-options.ts';
import { groupCommands, overview } from './overview.ts';
import { wrapText } from './wrap-text.ts';

/** How help is laid out: colours for headings, and the width of the lines. */
export interface HelpStyle {
  colours: Colours;
  columns: number;
}

/** The help text of one command. */
export function renderCommandHelp(spec: CommandSpec, style: HelpStyle): string {
  const { name, summary, description, options, sections = [], examples, exits, seeAlso } = spec;
  const shownExamples = examples.map(({ run, explains }) => `  ${run}\n${wrap(explains, style, 6)}`);
  return join([
    `sessions ${name} - ${summary}`,
    block('Usage', synopsisOf(spec).join('\n'), style),
    ...paragraphs(description, style),
    block('Options', renderOptions(allOptions(options), style), style),
    ...sections.map((section) => renderSection(section, style)),
    examples.length > 0 && block('Examples', shownExamples.join('\n'), style),
    block('Exit codes', renderExits(exits, style), style),
    seeAlso.length > 0 && block('See also', wrap(seeAlso.join(', '), style, 2), style),
  ]);
}

/** The help text of commands of two words that have the first one in common. */
export function renderHelpUnder(specs: readonly CommandSpec[], style: HelpStyle): string {
  return join([
    block('Usage', specs.flatMap(synopsisOf).join('\n'), style),
    block('Commands', listed(specs), style),
    'sessions help COMMAND says more about a command.',
  ]);
}

/** The help text of the program. */
export function renderOverview(specs: readonly CommandSpec[], style: HelpStyle): string {
  const width = widthOf(specs);
  return join([
    `sessions - ${overview.summary}`,
    block('Usage', overview.synopsis.map((form) => `  sessions ${form}`).join('\n'), style),
    ...paragraphs(overview.description, style),
    ...groupCommands(specs).map((group) => block(group.title, listed(group.specs, width), style)),
    ...overview.sections.map((section) => renderSection(section, style)),
    block('Exit codes', renderExits(overview.exits, style), style),
    'sessions help COMMAND says more about a command.',
  ]);
}

/** The few lines for somebody who typed no command. */
export function renderUsage(specs: readonly CommandSpec[]): string {
  const forms = overview.synopsis.map((form, index) => `${index === 0 ? 'usage:' : '      '} sessions ${form}`);
  const groups = groupCommands(specs).map(({ title, specs: members }) => {
    return `${title}: ${members.map(({ name }) => name).join(', ')}`;
  });
  return `${[...forms, '', ...groups, '', 'sessions help says more.'].join('\n')}\n`;
}

function synopsisOf({ name, synopsis }: CommandSpec): string[] {
  return synopsis.map((form) => `  sessions ${name} ${form}`.trimEnd());
}

function listed(specs: readonly CommandSpec[], width = widthOf(specs)): string {
  return specs.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`).join('\n');
}

function widthOf(specs: readonly CommandSpec[]): number {
  return Math.max(...specs.map(({ name }) => name.length)) + 2;
}

function join(blocks: (string | false)[]): string {
  return `${blocks.filter((text) => text !== false).join('\n\n')}\n`;
}

function block(title: string, body: string, { colours }: HelpStyle): string {
  return `${colours.bold(title)}:\n${body}`;
}

function paragraphs(texts: readonly string[], style: HelpStyle): string[] {
  return texts.map((text) => wrap(text, style, 0));
}

/** Backquotes mark what is typed; the man page sets it in bold, plain text needs no mark. */
function wrap(text: string, { columns }: HelpStyle, indent: number): string {
  return wrapText(text.replaceAll('`', ''), Math.min(columns, 100), indent);
}

function renderOptions(options: readonly OptionSpec[], style: HelpStyle): string {
  return entries(
    options.map((option) => ({
      term: (option.short === undefined ? '    ' : '') + spellings(option).join(', '),
      text: describeOption(option),
    })),
    style,
  );
}

function renderExits(exits: readonly ExitCase[], style: HelpStyle): string {
  return entries(
    exits.map(({ code, when }) => ({ term: String(code), text: when })),
    style,
  );
}

function renderSection({ title, paragraphs: texts = [], entries: list = [] }: Section, style: HelpStyle): string {
  const body = [...texts.map((text) => wrap(text, style, 2)), ...(list.length > 0 ? [entries(list, style)] : [])];
  return block(title, body.join('\n\n'), style);
}

/** Terms on the left and their texts beside them, or below where the term is too long. */
function entries(list: { term: string; text: string }[], style: HelpStyle): string {
  const indent = Math.min(26, Math.max(...list.map(({ term }) => term.length)) + 4);
  return list
    .map(({ term, text }) => {
      const body = wrap(text, style, indent);
      return term.length + 4 > indent ? `  ${term}\n${body}` : `  ${term}`.padEnd(indent) + body.slice(indent);
    })
    .join('\n');
}
