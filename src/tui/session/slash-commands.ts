import type { ApprovalMode } from '../../model/live-session.ts';

/** A command that is typed where a message would be. */
export interface SlashCommand {
  name: SlashName;
  /** What may stand behind it, as help writes it; null for nothing. */
  argument: string | null;
  help: string;
  /** It can be done while the agent works. */
  isAlways: boolean;
  /** All that can stand behind it, where that is a few words. */
  values: readonly string[];
  /** What stands behind it, where that is looked up. */
  names: Names | null;
}

/** Names that can be looked up. */
export type Names = 'sessions' | 'models';

export type SlashName = (typeof table)[number][0];

const table = [
  ['resume', '[ID|NAME]', 'go on with another session', 'idle'],
  ['fork', null, 'go on in a copy of this session', 'idle'],
  ['name', 'NAME', 'give this session a name', 'always'],
  ['new', null, 'begin a new session', 'idle'],
  ['compact', null, 'summarise the conversation, to make room', 'idle'],
  ['status', null, 'show how things stand', 'always'],
  ['model', '[NAME]', 'go on with another model', 'idle'],
  ['approvals', '[MODE]', 'when to ask: untrusted, on-request or never', 'idle'],
  ['diff', null, 'show what was changed since the last commit', 'always'],
  ['show', null, 'show the whole transcript', 'always'],
  ['help', null, 'show keys and commands', 'always'],
  ['quit', null, 'leave', 'always'],
] as const;

const looked: { [name in SlashName]?: Names } = { resume: 'sessions', model: 'models' };
export const approvalModes: readonly ApprovalMode[] = ['untrusted', 'on-request', 'never'];

export const slashCommands: readonly SlashCommand[] = table.map(([name, argument, help, when]) => ({
  ...{ name, argument, help, isAlways: when === 'always', names: looked[name] ?? null },
  values: name === 'approvals' ? approvalModes : [],
}));

/**
 * A command in what was typed; null for a message.
 *
 * @returns with a name that may be of no command
 */
export function parseSlash(text: string): { name: string; argument: string } | null {
  // What goes on with another slash is a path.
  const [, name, argument = ''] = /^\/([a-z][a-z-]*)(?:\s+([\s\S]*))?$/.exec(text) ?? [];
  return name === undefined ? null : { name, argument: argument.trim() };
}

export function findSlash(name: string): SlashCommand | null {
  return slashCommands.find((command) => command.name === name) ?? null;
}
