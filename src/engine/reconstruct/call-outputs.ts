import { createHash } from 'node:crypto';
import type { ModelItem } from '../../model/history.ts';

/**
 * The same items, with every call answered and every output asked for, as models insist: an output whose call is not there
 * is left out; a call without an output gets one right behind it that says `aborted`.
 *
 * What Codex 0.169 sends, with its ids: they depend on the call's alone, so that a prompt cache goes on matching.
 */
export function pairCalls(items: readonly ModelItem[]): ModelItem[] {
  const calls = new Set<string>();
  const outputs = new Set<string>();
  for (const item of items) {
    const call = callKinds.get(item.type);
    if (call && isId(item.call_id)) calls.add(`${call.output} ${item.call_id}`);
    else if (outputKinds.has(item.type) && isId(item.call_id)) outputs.add(`${item.type} ${item.call_id}`);
  }
  const paired: ModelItem[] = [];
  for (const item of items) {
    const call = callKinds.get(item.type);
    if (outputKinds.has(item.type) && isOrphan(item, calls)) continue;
    paired.push(item);
    if (!call || !isId(item.call_id) || outputs.has(`${call.output} ${item.call_id}`)) continue;
    paired.push({ type: call.output, ...idOf(item, call.prefix), call_id: item.call_id, ...call.body });
  }
  return paired;
}

const aborted = { output: 'aborted' };

const callKinds = new Map([
  ['function_call', { output: 'function_call_output', prefix: 'fco', body: aborted }],
  ['local_shell_call', { output: 'function_call_output', prefix: 'fco', body: aborted }],
  ['custom_tool_call', { output: 'custom_tool_call_output', prefix: 'ctco', body: aborted }],
  [
    'tool_search_call',
    { output: 'tool_search_output', prefix: 'tso', body: { status: 'completed', execution: 'client', tools: [] } },
  ],
]);

const outputKinds = new Set([...callKinds.values()].map(({ output }) => output));

function isOrphan(item: ModelItem, calls: ReadonlySet<string>): boolean {
  // The server searches for tools by itself, too, and its call need not be there.
  if (item.type === 'tool_search_output' && (item.execution === 'server' || !isId(item.call_id))) return false;
  return !calls.has(`${item.type} ${item.call_id}`);
}

function isId(value: unknown): value is string {
  return typeof value === 'string';
}

function idOf(call: ModelItem, prefix: string): { id?: string } {
  if (typeof call.id !== 'string' || call.id === '') return {};
  return { id: `${prefix}_${nameBasedUuid(`${prefix}:${call.id}`)}` };
}

/** UUID version 5 in the name space that Codex has for this. */
function nameBasedUuid(name: string): string {
  const hash = createHash('sha1').update(nameSpace).update(name).digest();
  hash.writeUInt8(((hash[6] as number) & 0x0f) | 0x50, 6);
  hash.writeUInt8(((hash[8] as number) & 0x3f) | 0x80, 8);
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

const nameSpace = Buffer.from('90d38d3e6a5b4d52bfe22f1e634bfac4', 'hex');
