import { count } from '../../base/amounts.ts';
import type { LiveFacts } from '../../model/live-session.ts';
import { leads, type Paragraph, paragraph, span } from '../../ui/transcript/paragraph.ts';
import { composerKeys } from '../composer/composer-keys.ts';
import { helpOf } from '../keys/key-map.ts';
import { completionKeys, sessionKeys } from './session-keys.ts';
import { slashCommands } from './slash-commands.ts';
import type { OpenSession, SessionState } from './state.ts';
import { contextLeft } from './status-line.ts';

/** What a session begins with. */
export function greeting({ threadId, facts, name, turns }: OpenSession, version: string): Paragraph[] {
  const which = name === null ? threadId : `${name} ─ ${threadId}`;
  const resumed = turns > 0 ? [line(`resumed after ${count(turns, 'turn')}`)] : [];
  return [
    { ...paragraph(leads.rule, span(`sessions ${version}`, 'bold'), span(' ─ ', 'dim'), span(which)), rule: true },
    factsLine(facts),
    line(facts.cwd),
    ...resumed,
  ];
}

/** Who answers, how far it reaches, and when it asks. */
export function factsLine({ model, provider, sandbox, approvals }: LiveFacts): Paragraph {
  return line(`${model} of ${provider} · sandbox ${sandbox} · asks: ${approvals}`);
}

/** All that `/status` tells. */
export function statusParagraphs({ session, branch, usage, queue }: SessionState, version: string): Paragraph[] {
  if (!session) return [line('no session is open')];
  const { facts, threadId, name, turns, isStored } = session;
  const left = contextLeft(usage);
  const rows: [label: string, text: string][] = [
    ['session', isStored ? threadId : `${threadId}, nothing is recorded yet`],
    ...(name === null ? [] : ([['name', name]] as [string, string][])),
    ['turns', String(turns)],
    ['model', `${facts.model} of ${facts.provider}`],
    ['sandbox', facts.sandbox],
    ['approvals', facts.approvals],
    ['directory', facts.cwd],
    ...(branch === null ? [] : ([['branch', branch]] as [string, string][])),
    ['tokens', usage.total === null ? 'not known yet' : count(usage.total, 'token')],
    ['context', left === null ? 'not known' : `${left} of ${count(usage.window ?? 0, 'token')}`],
    ...(queue.length === 0 ? [] : ([['waiting', count(queue.length, 'message')]] as [string, string][])),
    ['version', version],
  ];
  return table('status', rows);
}

/** All keys and commands. */
export function helpParagraphs(): Paragraph[] {
  const keys = [...sessionKeys, ...completionKeys, ...composerKeys];
  const commands = slashCommands.map(({ name, argument, help }): [string, string] => [
    argument === null ? `/${name}` : `/${name} ${argument}`,
    help,
  ]);
  return [
    ...table(
      'keys',
      helpOf(keys).map(({ key, help }) => [key, help]),
    ),
    ...table('commands', commands),
  ];
}

function table(title: string, rows: readonly (readonly [string, string])[]): Paragraph[] {
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  const lead = { first: '  ', rest: ' '.repeat(Math.min(width + 2, 16)) };
  return [
    paragraph(leads.note, span(title, 'bold')),
    ...rows.map(([label, text]) => paragraph(lead, span(label.padEnd(width), 'cyan'), text)),
  ];
}

function line(text: string): Paragraph {
  return paragraph(leads.indent, span(text, 'dim'));
}
