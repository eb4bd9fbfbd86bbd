import type { ModelItem, SandboxPolicy } from '../../model/history.ts';
import type { ApprovalPolicy } from '../approvals.ts';
import { describePermissions } from './permissions.ts';

/** What the agent tells the model of itself, before what the user says. */
export interface AgentContext {
  /** Absolute. */
  cwd: string;
  /** Name of the shell that commands run in, such as `bash`. */
  shell: string;
  /** Milliseconds since the epoch. */
  now: number;
  /** IANA name. */
  timezone: string;
  sandboxPolicy: SandboxPolicy;
  approvalPolicy: ApprovalPolicy;
  userInstructions: string | null;
}

/**
 * The first items of a thread, as Codex 0.120 records them: a `developer` message with the permissions, and a `user` message
 * whose parts are the instructions, where there are any, and the environment. Readers know the latter by how it begins.
 */
export function contextItems(context: AgentContext): ModelItem[] {
  const { cwd, userInstructions } = context;
  const instructions = userInstructions === null ? [] : [instructionsText(cwd, userInstructions)];
  return [
    message('developer', [permissionsText(context)]),
    message('user', [...instructions, environmentText(context)]),
  ];
}

/** For a later turn: what the model has to be told again because it changed; no item when nothing did. */
export function changedContextItems(before: AgentContext, now: AgentContext): ModelItem[] {
  const differs = (text: (context: AgentContext) => string) => text(before) !== text(now);
  return [
    ...(differs(permissionsText) ? [message('developer', [permissionsText(now)])] : []),
    ...(differs(environmentText) ? [message('user', [environmentText(now)])] : []),
  ];
}

function message(role: string, texts: string[]): ModelItem {
  return { type: 'message', role, content: texts.map((text) => ({ type: 'input_text', text })) };
}

function permissionsText({ sandboxPolicy, approvalPolicy }: AgentContext): string {
  const text = describePermissions(sandboxPolicy, approvalPolicy);
  return `<permissions instructions>\n${text}\n</permissions instructions>`;
}

function instructionsText(cwd: string, text: string): string {
  return `# AGENTS.md instructions for ${withoutTags(cwd)}\n\n<INSTRUCTIONS>\n${text}\n</INSTRUCTIONS>`;
}

function environmentText({ cwd, shell, now, timezone }: AgentContext): string {
  const lines = [
    `<cwd>${withoutTags(cwd)}</cwd>`,
    `<shell>${withoutTags(shell)}</shell>`,
    `<current_date>${dateIn(timezone, now)}</current_date>`,
    `<timezone>${withoutTags(timezone)}</timezone>`,
  ];
  return `<environment_context>\n  ${lines.join('\n  ')}\n</environment_context>`;
}

/** The name of a folder must not end the element and go on with instructions. */
function withoutTags(text: string): string {
  return text.replace(/[<>\p{Cc}]/gu, (character) => replacements[character] ?? '\uFFFD');
}

const replacements: Record<string, string> = { '<': '&lt;', '>': '&gt;' };

/** `YYYY-MM-DD`. */
function dateIn(timeZone: string, now: number): string {
  try {
    const parts = { year: 'numeric', month: '2-digit', day: '2-digit' } as const;
    return new Intl.DateTimeFormat('en-CA', { timeZone, ...parts }).format(now);
  } catch {
    return new Date(now).toISOString().slice(0, 10);
  }
}
