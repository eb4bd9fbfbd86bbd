import { count, formatDuration, groupDigits } from '../../../base/amounts.ts';
import type { Event } from '../../../model/event.ts';
import { contentText, type Fields, listOf, numberOf, objectOf, textOf, wordsOf } from '../../../model/fields.ts';
import { withoutHeader } from '../../../model/output-header.ts';
import type { RecentCalls } from '../../../model/recent-calls.ts';
import { shellLine } from '../../../model/shell-line.ts';
import { plain, stringify } from '../../../model/verbatim.ts';
import { countLines } from '../line-count.ts';
import { code, fenced, html, inline, quoted } from './inert.ts';

/** What a document says of one event, as blocks of Markdown; null for an event that it leaves out. */
export function blocksOf(event: Event, calls: Calls): string[] | null {
  switch (event.type) {
    case 'EventMsg':
      return msgBlocks(objectOf(event.msg), calls);
    case 'ResponseItem':
      return itemBlocks(event, objectOf(event.item), calls);
    case 'Compacted':
      return note('Context compacted');
    case 'Unknown':
      return event.error === undefined ? null : note(`A line that could not be decoded: ${event.error}`);
    default:
      return null;
  }
}

type Calls = RecentCalls<{ title: string }>;

function msgBlocks(msg: Fields, calls: Calls): string[] | null {
  const text = textOf(msg.text);
  switch (msg.type) {
    case 'UserMessage':
      return ['**User**\n', ...(text === null ? [] : [quoted(text)]), ...images(msg)];
    case 'AgentMessage':
      return text === null ? [] : ['**Agent**\n', quoted(text)];
    case 'AgentReasoning':
    case 'Reasoning':
      return text === null ? [] : [folded('Reasoning', quoted(text))];
    case 'CommandExecution':
      return calls.find(textOf(msg.call_id) ?? textOf(msg.id)) === undefined ? execution(msg) : null;
    case 'Error':
    case 'StreamError':
    case 'Warning':
      return note(`${msg.type}: ${textOf(msg.message) ?? 'no message'}`);
    case 'TurnComplete':
      return msg.error ? note(`Turn failed: ${textOf(objectOf(msg.error).message) ?? stringify(msg.error)}`) : null;
    case 'TurnAborted':
      return note(`Turn aborted: ${textOf(msg.reason) ?? 'no reason recorded'}`);
    case 'ThreadRolledBack':
      return note(`Rolled back: ${count(numberOf(msg.num_turns) ?? 0, 'turn')}`);
    case 'ThreadNamed':
      return note(`Named: ${textOf(msg.thread_name) ?? ''}`);
    case 'Plan':
      return text === null ? [] : ['**Plan**\n', quoted(text)];
    default:
      return null;
  }
}

function itemBlocks(event: Event, item: Fields, calls: Calls): string[] | null {
  switch (item.type) {
    case 'reasoning': {
      // Where there are no times, no event says the same.
      const text = event.timestamp === null ? contentText(item.summary) : '';
      return text === '' ? null : [folded('Reasoning', quoted(text))];
    }
    case 'tool_call':
      return call(item, calls);
    case 'tool_result':
      return result(item, calls);
    case 'file_change':
      return fileChange(item);
    case 'approval':
      return note(`Approval: ${textOf(item.decision) ?? 'unknown'}${item.inferred === true ? ' (inferred)' : ''}`);
    case 'web_search': {
      const action = objectOf(item.action);
      return note(`Web search: ${textOf(action.query) ?? textOf(action.url) ?? textOf(item.query) ?? ''}`);
    }
    case 'image':
      return note(`Image: ${textOf(item.revised_prompt) ?? textOf(item.prompt) ?? 'without a prompt'}`);
    default:
      return null;
  }
}

function call(item: Fields, calls: Calls): string[] {
  const namespace = textOf(item.namespace);
  const name = `${namespace === null ? '' : `${namespace}/`}${textOf(item.name) ?? 'unnamed tool'}`;
  const argv = wordsOf(item.command);
  const recorded = plain(item.arguments);
  const program = textOf(item.arguments_text) ?? textOf(recorded);
  calls.remember(textOf(item.call_id), { title: name });
  const title = `**Tool call** ${code(name)}\n`;
  if (argv.length > 0) return [title, fenced(shellLine(argv), 'sh')];
  if (program !== null) return [title, fenced(program, isPatch(program) ? 'diff' : '')];
  const patch = textOf(objectOf(recorded).input) ?? textOf(objectOf(recorded).patch);
  if (patch !== null && isPatch(patch)) return [title, fenced(patch, 'diff')];
  return item.arguments === undefined ? [title] : [title, fenced(stringify(item.arguments), 'json')];
}

function isPatch(text: string): boolean {
  return text.startsWith('*** Begin Patch');
}

function result(item: Fields, calls: Calls): string[] {
  const callId = textOf(item.call_id);
  const title = calls.find(callId)?.title;
  const exitCode = numberOf(item.exit_code);
  const duration = numberOf(item.duration_ms);
  const { text, note: more } = withoutHeader(contentText(item.output), exitCode);
  const status = textOf(item.status);
  const facts = [
    title === undefined ? `of call ${code(callId ?? 'without an id')}` : code(title),
    exitCode !== null ? `exit ${exitCode}` : inline(status ?? 'done'),
    exitCode !== null && status !== null && status !== 'completed' ? inline(status) : null,
    duration ? formatDuration(duration) : null,
    more === undefined ? null : inline(more),
  ];
  return [`**Result** ${facts.filter((fact) => fact !== null).join(' · ')}\n`, ...output(text)];
}

function execution(msg: Fields): string[] {
  const exitCode = numberOf(msg.exit_code);
  return [
    '**Command**\n',
    fenced(shellLine(wordsOf(msg.command)), 'sh'),
    `**Result** ${exitCode === null ? inline(textOf(msg.status) ?? 'done') : `exit ${exitCode}`}\n`,
    ...output(textOf(msg.aggregated_output) ?? ''),
  ];
}

/** Long ones are folded, where the reader can. */
function output(text: string): string[] {
  if (text.trim() === '') return [];
  const lines = countLines(text);
  return lines <= MOST_UNFOLDED ? [fenced(text)] : [folded(`Output, ${groupDigits(lines)} lines`, fenced(text))];
}

const MOST_UNFOLDED = 20;

function fileChange(item: Fields): string[] {
  const files = Object.entries(objectOf(item.changes));
  const status = textOf(item.status);
  const rows = files.map(([path, change]) => `- ${inline(textOf(objectOf(change).type) ?? 'change')} ${code(path)}\n`);
  return [`**Changed files**${status === null ? '' : ` · ${inline(status)}`}\n`, rows.join('')];
}

function images(msg: Fields): string[] {
  const all = [...listOf(msg.images), ...listOf(msg.local_images)];
  return all.length === 0 ? [] : [all.map((image) => `- \\[picture\\] ${code(describeImage(image))}\n`).join('')];
}

function describeImage(image: unknown): string {
  const source = textOf(image) ?? textOf(objectOf(image).image_url) ?? 'without a source';
  const comma = source.startsWith('data:') ? source.indexOf(',') : -1;
  return comma < 0
    ? source.slice(0, 500)
    : `${source.slice(0, Math.min(comma, 60))}, ${source.length - comma - 1} characters`;
}

function note(text: string): string[] {
  return [`_${inline(text)}_\n`];
}

/** The blank lines are what lets Markdown go on within HTML. */
function folded(summary: string, block: string): string {
  return `<details><summary>${html(summary)}</summary>\n\n${block}\n</details>\n`;
}
