import type { Io } from '../../base/io.ts';
import { escapeForTerminal, oneLine } from '../../base/safe-text.ts';
import type { ModelItem } from '../../model/history.ts';
import { assistantText, summaryTexts } from '../../runner/recorder/message-text.ts';
import type { RecordedEvent } from '../../runner/recorder/recorder.ts';
import type { SessionEvent } from '../../runner/session-events.ts';
import type { ToolOutcome, ToolRequest } from '../../runner/tools/tool.ts';
import type { Output } from './output.ts';
import type { OutputQueue } from './output-queue.ts';

/** A run for people: what happens on standard error, the final answer alone on standard output. */
export function progress(io: Io, queue: OutputQueue, showsAnswer: boolean): Output {
  /** The last thing that the agent said: the answer, unless something follows. */
  let said: string | null = null;
  let tokens: unknown = null;
  const say = (text: string) => queue.add(() => io.stderr.write(`${escapeForTerminal(text)}\n`));
  const sayMore = (text: string) => {
    if (said !== null) say(`\n${said}`);
    said = null;
    say(text);
  };

  function noteTokens({ body }: RecordedEvent): void {
    if (body.type !== 'EventMsg' || body.msg.type !== 'TokenCount') return;
    tokens = (body.msg.total as { total_tokens?: unknown } | null)?.total_tokens;
  }

  function showItem(item: ModelItem): void {
    const text = assistantText(item);
    if (text !== null) {
      if (said !== null) say(`\n${said}`);
      said = text;
    }
    for (const summary of summaryTexts(item) ?? []) sayMore(`\n${summary.replace(/^/gm, '  . ')}`);
  }

  return {
    async open({ threadId, config, cwd, isEphemeral, history }) {
      const how = isEphemeral ? ' (leaves no trace)' : history ? ' (resumed)' : '';
      say(`session   ${threadId}${how}`);
      say(`model     ${oneLine(config.model)} of ${oneLine(config.provider.name)}`);
      say(`sandbox   ${config.sandboxPolicy.type}, approval ${config.approvalPolicy}`);
      say(`folder    ${oneLine(cwd)}`);
    },
    event(event: SessionEvent) {
      if (event.type === 'record') noteTokens(event.record);
      else if (event.type === 'item') showItem(event.item);
      else if (event.type === 'call') sayMore(`\n${describeCall(event.call)}`);
      else if (event.type === 'outcome') for (const line of describeOutcome(event.outcome)) sayMore(`  ${line}`);
      else if (event.type === 'retry') {
        sayMore(`sessions: ${oneLine(event.message)}; trying again in ${event.delayMs / 1000} s`);
      } else if (event.type === 'note') say(`sessions: ${oneLine(event.message)}`);
    },
    async end({ lastMessage, outcome }) {
      if (tokens !== null && tokens !== undefined) say(`\ntokens    ${tokens}`);
      if (outcome === 'completed' && lastMessage !== null && showsAnswer) {
        const text = io.stdout.isTTY ? escapeForTerminal(lastMessage) : lastMessage;
        queue.add(() => io.stdout.write(text.endsWith('\n') ? text : `${text}\n`));
      } else if (said !== null) say(`\n${said}`);
    },
  };
}

function describeCall({ name, argumentsText }: ToolRequest): string {
  if (name === 'shell_command') {
    const { command } = parse(argumentsText) as { command?: unknown };
    if (typeof command === 'string') return `$ ${command}`;
  }
  if (name === 'apply_patch' || name === 'update_plan') return name;
  return `${oneLine(name)} ${oneLine(argumentsText.slice(0, 200))}`;
}

function describeOutcome({ output, status, exitCode, durationMs, note }: ToolOutcome): string[] {
  if (note?.type === 'PlanUpdate') {
    const plan = note.plan as { step: string; status: string }[];
    return plan.map(({ step, status: at }) => `${marks[at] ?? ' '} ${oneLine(step)}`);
  }
  const text = typeof output === 'string' ? output : `${output.length} parts`;
  const lines = text
    .replace(/^[\s\S]*?\nOutput:\n/, '')
    .trimEnd()
    .split('\n');
  const shown = lines.slice(0, mostLines).map((line) => `| ${oneLine(line.slice(0, 200))}`);
  if (lines.length > mostLines) shown.push(`| … ${lines.length - mostLines} more lines`);
  const took = durationMs === undefined ? '' : ` in ${Math.round(durationMs) / 1000} s`;
  return [...shown, `${status}${exitCode ? `, exit ${exitCode}` : ''}${took}`];
}

const marks: Record<string, string> = { completed: '[x]', in_progress: '[>]', pending: '[ ]' };
const mostLines = 8;

function parse(text: string): object {
  try {
    return (JSON.parse(text) as object | null) ?? {};
  } catch {
    return {};
  }
}
