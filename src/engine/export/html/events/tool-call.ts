import type { Event } from '../../../../model/event.ts';
import { type Fields, listOf, objectOf, textOf, wordsOf } from '../../../../model/fields.ts';
import { diffSize, type FileDiff } from '../../../../model/file-diff.ts';
import { parsePatch, splitPatch } from '../../../../model/patch.ts';
import { shellLine } from '../../../../model/shell-line.ts';
import { plain, stringify } from '../../../../model/verbatim.ts';
import { diffHtml, diffSummary } from '../text/diff.ts';
import { escapeLine, excerpt, safe } from '../text/escape.ts';
import { jsonBlock } from '../text/json-text.ts';
import { foldedText } from '../text/long-text.ts';
import { article, type Call, type Memory } from './block.ts';

/** A tool call as the model made it: a command line, a diff, a check list, or the name with its arguments. */
export function toolCall(event: Event, item: Fields, memory: Memory): string[] {
  const callId = textOf(item.call_id);
  const { call, heading, body } = describeCall(item, memory.calls.find(callId)?.diff);
  memory.calls.remember(callId, { ...memory.calls.find(callId), ...call });
  return article(event, 'call', heading, ...body, ...(item.command ? commandNotes(item, memory) : []));
}

interface Description {
  call: Call;
  heading: string;
  body: string[];
}

/** @param shownDiff size of the diff that has been shown for this call already */
function describeCall(item: Fields, shownDiff: string | undefined): Description {
  const name = toolName(item);
  const argv = wordsOf(item.command);
  if (argv.length > 0) return describeCommand(shellLine(argv), shownDiff);
  const patch = name === 'apply_patch' ? parsePatch(patchText(item) ?? '') : null;
  if (patch) {
    const call = { title: name, diff: diffSize(patch) };
    return { call, heading: `Patch ${diffSummary(patch)}`, body: patchBody(patch, shownDiff) };
  }
  const steps = name === 'update_plan' ? listOf(objectOf(item.arguments).plan) : [];
  if (steps.length > 0) return { call: { title: 'plan' }, heading: 'Plan', body: planBody(item, steps) };
  return { call: { title: name }, heading: `Tool <code>${escapeLine(name)}</code>`, body: argumentBody(item) };
}

function describeCommand(command: string, shownDiff: string | undefined): Description {
  const split = splitPatch(command);
  const files = split && parsePatch(split.patch);
  if (!split || !files) {
    const title = `$ ${excerpt(command, 100)}`;
    return { call: { title }, heading: 'Command', body: [foldedText(command, 'Command', 'cmd')] };
  }
  const call = { title: `$ ${excerpt(split.around, 100)}`, diff: diffSize(files) };
  const body = [foldedText(split.around, 'Command', 'cmd'), ...patchBody(files, shownDiff)];
  return { call, heading: `Command with a patch ${diffSummary(files)}`, body };
}

function patchBody(files: readonly FileDiff[], shownDiff: string | undefined): string[] {
  return shownDiff === diffSize(files) ? [] : diffHtml(files);
}

function planBody({ arguments: args }: Fields, steps: readonly unknown[]): string[] {
  const why = textOf(objectOf(args).explanation);
  const rows = steps.map(objectOf).map(({ status, step }) => {
    const [box, classes] = boxes.get(textOf(status) ?? '') ?? [textOf(status) ?? '?', 'pending'];
    return `<li class="${classes}"><span class="box">${escapeLine(box)}</span> ${safe(textOf(step) ?? '')}</li>\n`;
  });
  return [why === null ? '' : `<p class="plain">${safe(why)}</p>\n`, `<ul class="plan">\n${rows.join('')}</ul>\n`];
}

const boxes = new Map<string, readonly [word: string, classes: string]>([
  ['completed', ['done', 'done']],
  ['in_progress', ['now', 'now']],
  ['pending', ['to do', 'pending']],
]);

function argumentBody(item: Fields): string[] {
  const program = textOf(item.arguments_text) ?? textOf(plain(item.arguments));
  if (program !== null) return [foldedText(program, 'Arguments')];
  const { arguments: args } = item;
  const json = args === undefined || args === null ? '{}' : stringify(args);
  return json === '{}' ? [] : [jsonBlock(json)];
}

/** With the server of an MCP tool before it. */
function toolName(item: Fields): string {
  const name = textOf(item.name) ?? 'tool without a name';
  const namespace = textOf(item.namespace);
  return namespace === null ? name : `${namespace}/${name}`;
}

function patchText(item: Fields): string | null {
  const args = objectOf(item.arguments);
  return textOf(item.arguments_text) ?? textOf(plain(item.arguments)) ?? textOf(args.input) ?? textOf(args.patch);
}

/** What a command line does not say of itself: another folder, and that it is to run outside the sandbox. */
function commandNotes(item: Fields, { folder }: Memory): string[] {
  const args = objectOf(item.arguments);
  const own = textOf(args.workdir) ?? textOf(args.cwd) ?? textOf(args.working_directory);
  const isEscalated = args.with_escalated_permissions === true || args.sandbox_permissions === 'require_escalated';
  const reason = textOf(args.justification);
  return [
    own === null || own === folder ? '' : `<p class="aside">in <code>${escapeLine(own)}</code></p>\n`,
    isEscalated ? `<p class="aside warn">outside the sandbox${reason ? `: ${safe(reason)}` : ''}</p>\n` : '',
  ];
}
