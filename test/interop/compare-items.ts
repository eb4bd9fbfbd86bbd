import { isDeepStrictEqual } from 'node:util';
import type { ModelItem } from '../../src/model/history.ts';
import { prompt } from './resume-rig.ts';

/**
 * How what Codex sent when it resumed a session differs from a history: null when it is the history, item for item, with
 * nothing but Codex's own context around it and the prompt behind it; else which item differs, and both.
 */
export function differenceOf(history: readonly ModelItem[], sent: readonly ModelItem[]): string | null {
  // Codex 0.169 puts the instructions of the model ahead.
  const from = sent[0]?.role === 'developer' && !areAlike(history[0], sent[0]) ? 1 : 0;
  for (const [index, item] of history.entries()) {
    const other = sent[from + index];
    if (!areAlike(item, other))
      return `item ${index} of ${history.length}:\n  ours: ${shown(item)}\n  sent: ${shown(other)}`;
  }
  const added = sent.slice(from + history.length);
  const last = added.pop();
  if (last?.role !== 'user' || !shown(last).includes(prompt)) return `the prompt is not the last item: ${shown(last)}`;
  const foreign = added.find((item) => !isContext(item));
  return foreign ? `sent behind the history: ${shown(foreign)}` : null;
}

function areAlike(ours: ModelItem | undefined, sent: ModelItem | undefined): boolean {
  if (!ours || !sent) return false;
  const [a, b] = [withoutNulls(ours), withoutNulls(sent)] as [ModelItem, ModelItem];
  if (typeof a.output === 'string' && typeof b.output === 'string' && isShortened(a.output, b.output))
    b.output = a.output;
  return isDeepStrictEqual(a, b);
}

/** Codex fills in what is not there with null. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutNulls(member)]));
}

/** By the model that it resumes with, Codex cuts the middle out of a long output. */
function isShortened(output: string, sent: string): boolean {
  const [head, tail, ...more] = sent.split(/…\d+ (?:chars|tokens) truncated…/);
  if (head === undefined || tail === undefined || more.length > 0) return false;
  return head.length > 1000 && output.startsWith(head) && output.endsWith(tail) && output.length > sent.length;
}

function isContext({ type, role, content }: ModelItem): boolean {
  if (type !== 'message') return false;
  return (
    role === 'developer' ||
    (role === 'user' && /<environment_context>|# AGENTS\.md instructions/.test(JSON.stringify(content)))
  );
}

function shown(item: unknown): string {
  return (JSON.stringify(item) ?? 'nothing').slice(0, 400);
}

/** What was said, called and put out, in order: without settings, and without ids, which some versions of Codex leave out. */
export function conversation(items: unknown): string[] {
  return ((items ?? []) as ModelItem[]).flatMap((item) => {
    const { type, role, content, name, arguments: args, input, call_id, output, action, summary } = item;
    if (type !== 'message') {
      const body = { name, args, input, action, call_id, output: withoutMiddle(output), summary };
      return [`${type}: ${JSON.stringify(body)}`];
    }
    if (role === 'developer') return [];
    const parts = (content as { text?: string; image_url?: string }[]).filter(({ text }) => !isOwnContext(text ?? ''));
    const text = parts.map((part) => part.text ?? part.image_url ?? '').join('\n');
    return parts.length === 0 ? [] : [`${role}: ${text}`];
  });
}

/** Codex cuts the middle out of a long output, by the model that it resumes with. */
function withoutMiddle(output: unknown): unknown {
  return typeof output === 'string' && output.length > 2000 ? output.slice(0, 500) : output;
}

function isOwnContext(text: string): boolean {
  return /^(<environment_context>|# AGENTS\.md instructions)/.test(text);
}
