import type { CommandSpec, ExitCase, OptionSpec, Section } from '../command.ts';
import { allOptions, describeOption, spellings } from './common-options.ts';
import { groupCommands, overview } from './overview.ts';

export interface ManPage {
  /** `sessions-ls.1` */
  name: string;
  /** roff source, for the man macros. */
  source: string;
}

/** The pages of section 1: one for the program, one a command. */
export function renderManPages(specs: readonly CommandSpec[], version: string): ManPage[] {
  return [renderProgramPage(specs, version), ...specs.map((spec) => renderCommandPage(spec, version))];
}

function renderProgramPage(specs: readonly CommandSpec[], version: string): ManPage {
  const pages = [
    ...specs.map(({ name }) => `${pageName(name)}(1)`),
    'sessions-config(5)',
    'sessions-events(5)',
    'sessions-rollout(5)',
  ];
  return page('sessions', version, [
    section('Name', `sessions \\- ${text(overview.summary)}`),
    section('Synopsis', overview.synopsis.map((form) => synopsis('sessions', form)).join('\n.br\n')),
    section('Description', paragraphs(overview.description)),
    section(
      'Commands',
      groupCommands(specs)
        .map(({ title, specs: members }) => {
          const list = members.map(({ name, summary }) => tagged(bold(`sessions ${name}`), `${text(summary)}.`));
          return [`.SS "${title}"`, ...list].join('\n');
        })
        .join('\n'),
    ),
    ...overview.sections.map(extraSection),
    section('Exit status', exits(overview.exits)),
    section('See also', pages.map(reference).join(',\n')),
  ]);
}

function renderCommandPage(spec: CommandSpec, version: string): ManPage {
  const { name, summary, description, options, sections = [], examples, seeAlso } = spec;
  return page(pageName(name), version, [
    section('Name', `${text(pageName(name))} \\- ${text(summary)}`),
    section('Synopsis', spec.synopsis.map((form) => synopsis(`sessions ${name}`, form)).join('\n.br\n')),
    section('Description', paragraphs(description)),
    section('Options', allOptions(options).map(option).join('\n')),
    ...sections.map(extraSection),
    ...(examples.length > 0
      ? [section('Examples', examples.map((it) => tagged(bold(it.run), text(it.explains))).join('\n'))]
      : []),
    section('Exit status', exits(spec.exits)),
    section('See also', ['sessions(1)', ...seeAlso].map(reference).join(',\n')),
  ]);
}

function pageName(command: string): string {
  return `sessions-${command.replaceAll(' ', '-')}`;
}

function page(name: string, version: string, sections: string[]): ManPage {
  const head = [
    '.\\" Written by scripts/build-man.mjs from the data that also makes --help.',
    `.TH ${name.toUpperCase().replaceAll('-', '\\-')} 1 "" "sessions ${version}" "Sessions manual"`,
    // No hyphenation, ragged right: command lines must not be broken or stretched.
    '.nh',
    '.ad l',
  ];
  return { name: `${name}.1`, source: `${[...head, ...sections].join('\n')}\n` };
}

function section(title: string, body: string): string {
  return `.SH ${title.toUpperCase()}\n${body}`;
}

function extraSection({ title, paragraphs: texts = [], entries = [] }: Section): string {
  const list = entries.map(({ term, text: words }) => tagged(bold(term), text(words)));
  return section(title, [...(texts.length > 0 ? [paragraphs(texts)] : []), ...list].join('\n'));
}

function synopsis(command: string, form: string): string {
  return `${bold(command)} ${text(form)}`.trimEnd();
}

function option(spec: OptionSpec): string {
  return tagged(spellings(spec).map(bold).join(', '), text(describeOption(spec)));
}

function exits(cases: readonly ExitCase[]): string {
  return cases.map(({ code, when }) => tagged(bold(String(code)), text(when))).join('\n');
}

function tagged(term: string, body: string): string {
  return `.TP\n${term}\n${body}`;
}

function paragraphs(texts: readonly string[]): string {
  return texts.map(text).join('\n.PP\n');
}

function reference(name: string): string {
  return text(name).replace(/^(.+)(\(\d\))$/, '\\fB$1\\fR$2');
}

function bold(words: string): string {
  return `\\fB${escapeRoff(words)}\\fR`;
}

/** A paragraph, with what stands between backquotes in bold. */
function text(words: string): string {
  const marked = escapeRoff(words).replace(/`([^`]*)`/g, '\\fB$1\\fR');
  return marked.replace(/^[.']/, '\\&$&');
}

/** A bare hyphen may become a typographic one, which cannot be pasted into a shell. */
function escapeRoff(words: string): string {
  return words
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti');
}
