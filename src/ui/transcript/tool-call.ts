import { oneLine } from '../../base/safe-text.ts';
import { type Fields, objectOf, textOf, wordsOf } from '../../model/fields.ts';
import { diffSize, type FileDiff } from '../../model/file-diff.ts';
import { parsePatch, splitPatch } from '../../model/patch.ts';
import { shellLine } from '../../model/shell-line.ts';
import { plain, stringify } from '../../model/verbatim.ts';
import { type Block, block, type Memory, type View } from './block.ts';
import type { Call } from './calls.ts';
import { commandNotes } from './command-notes.ts';
import { clip, limits, quoteUnder } from './excerpt.ts';
import { diffParagraphs, diffSummary } from './file-diff.ts';
import { leads, type Paragraph, paragraph, span } from './paragraph.ts';
import { planParagraphs } from './plan.ts';

/** A tool call as the model made it: a command line, a diff, a check list, or the name with its arguments. */
export function toolCall(item: Fields, memory: Memory, view: View): Block {
  const callId = textOf(item.call_id);
  const known = memory.calls.find(callId);
  const early = known?.early ? known : undefined;
  const { call, paragraphs } = describeCall(item, view, early?.diff);
  memory.calls.remember(callId, { ...early, early: false, ...call });
  const notes = item.command ? commandNotes(objectOf(item.arguments), memory.folder) : [];
  return block([...paragraphs, ...notes], callId ?? undefined);
}

interface Description {
  call: Call;
  paragraphs: Paragraph[];
}

/** @param shownDiff size of the diff that has been shown for this call already */
function describeCall(item: Fields, view: View, shownDiff: string | undefined): Description {
  const name = oneLine(toolName(item));
  const argv = wordsOf(item.command);
  if (argv.length > 0) return describeCommand(shellLine(argv), view, shownDiff);
  const patch = name === 'apply_patch' ? parsePatch(patchText(item) ?? '') : null;
  if (patch) {
    const call: Call = { title: name, kind: 'patch', diff: diffSize(patch) };
    return { call, paragraphs: patchParagraphs(name, patch, view, shownDiff) };
  }
  const plan = name === 'update_plan' ? planParagraphs(item.arguments) : null;
  if (plan) return { call: { title: 'plan', kind: 'plan' }, paragraphs: plan };
  return { call: { title: name, kind: 'tool' }, paragraphs: namedCall(name, item, view) };
}

function describeCommand(line: string, view: View, shownDiff: string | undefined): Description {
  const split = splitPatch(line);
  const files = split && parsePatch(split.patch);
  if (!split || !files) {
    return { call: { title: `$ ${firstLine(line)}`, kind: 'command' }, paragraphs: commandRows(line, view) };
  }
  return {
    call: { title: `$ ${firstLine(split.around)}`, kind: 'patch', diff: diffSize(files) },
    paragraphs: [...commandRows(split.around, view), ...patchParagraphs('apply_patch', files, view, shownDiff)],
  };
}

function commandRows(line: string, view: View): Paragraph[] {
  return quoteUnder(leads.shell, line, view.showAll ? limits.none : limits.command, 'bold');
}

function patchParagraphs(name: string, files: FileDiff[], view: View, shownDiff: string | undefined): Paragraph[] {
  const title = paragraph(leads.diff, span(name, 'bold'), ': ', ...diffSummary(files));
  if (shownDiff === diffSize(files)) return [title];
  return [title, ...diffParagraphs(files, view.showAll ? limits.none : limits.diff)];
}

/** The tools by which an agent talks to a sub-agent: what it says is text, not an argument among others. */
const speaking = new Set(['spawn_agent', 'send_input', 'send_message', 'followup_task']);

function namedCall(name: string, item: Fields, view: View): Paragraph[] {
  const limit = view.showAll ? limits.none : limits.output;
  const { message, ...others } = speaking.has(name) ? objectOf(item.arguments) : {};
  const said = textOf(message);
  const args = said === null ? argumentsText(item) : stringify(others);
  const shown = args === '{}' ? [] : clip(args, view.showAll ? Infinity : 300);
  const program = textOf(item.arguments_text);
  const body = said ?? program;
  return [
    paragraph(leads.tool, span(name, 'bold'), ...(program === null ? ['(', ...shown, ')'] : [])),
    ...(body === null ? [] : quoteUnder(leads.indent, body, limit)),
  ];
}

/** With the server of an MCP tool before it. */
function toolName(item: Fields): string {
  const name = textOf(item.name) ?? 'tool without a name';
  const namespace = textOf(item.namespace);
  return namespace === null ? name : `${namespace}/${name}`;
}

/** As recorded, so that no digit and no repeated key is lost. */
function argumentsText(item: Fields): string {
  const { arguments: args } = item;
  const text = textOf(plain(args));
  return text ?? (args === undefined || args === null ? '' : stringify(args));
}

function patchText(item: Fields): string | null {
  const args = objectOf(item.arguments);
  return textOf(item.arguments_text) ?? textOf(plain(item.arguments)) ?? textOf(args.input) ?? textOf(args.patch);
}

function firstLine(text: string): string {
  return text.slice(0, 200).split('\n', 1)[0]!;
}
