import { type Fields, textOf } from '../../model/fields.ts';
import { diffSize, filesOf } from '../../model/file-diff.ts';
import { type Block, block, type Memory, type View } from './block.ts';
import { limits, quote } from './excerpt.ts';
import { diffParagraphs, diffSummary } from './file-diff.ts';
import { leads, paragraph, type Style, span } from './paragraph.ts';
import { under } from './tool-result.ts';

/** What a patch did to the files: the diff, unless the call has shown it already, and whether it was done. */
export function fileChange(item: Fields, memory: Memory, view: View): Block | null {
  const callId = textOf(item.call_id);
  const call = memory.calls.find(callId);
  const status = textOf(item.status) ?? 'of unknown outcome';
  const style: Style = status === 'completed' ? 'dim' : 'red';
  const stderr = textOf(item.stderr);
  const errors = status === 'completed' || stderr === null ? [] : quote(stderr, limits.output);
  const files = filesOf(item.changes);
  if (call?.diff !== undefined && call.diff === diffSize(files)) {
    call.changeSaid = true;
    return under(callId, call, [...errors, paragraph(leads.outcome, span(`changes ${status}`, style))], memory);
  }
  const known = call ?? { title: 'file changes', kind: 'patch', early: true };
  memory.calls.remember(callId, { ...known, diff: diffSize(files), changeSaid: true });
  const rows = [
    paragraph(leads.diff, ...diffSummary(files), span(` · ${status}`, style)),
    ...diffParagraphs(files, view.showAll ? limits.none : limits.diff),
    ...errors,
  ];
  return call ? under(callId, call, rows, memory) : block(rows, callId ?? undefined);
}
