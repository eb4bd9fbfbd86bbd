import { type Fields, textOf } from '../../model/fields.ts';
import type { Block, Memory } from './block.ts';
import { leads, paragraph, type Style, span } from './paragraph.ts';
import { under } from './tool-result.ts';

/** Who allowed or refused a call, and why. Codex records no approvals: for its sessions they are inferred. */
export function approval(item: Fields, memory: Memory): Block | null {
  const callId = textOf(item.call_id);
  const decision = textOf(item.decision) ?? 'of unknown outcome';
  const by = textOf(item.by);
  const parts = [
    by === null ? decision : `${decision} by ${by}`,
    textOf(item.reason),
    item.inferred === true ? 'inferred' : null,
  ].filter((part) => part !== null);
  const style: Style | undefined = /^(?:approved|allow)/i.test(decision) ? 'green' : 'red';
  const row = paragraph(leads.outcome, span('approval: ', 'dim'), span(parts.join(' · '), style));
  return under(callId, memory.calls.find(callId), [row], memory);
}
