import type { Event } from '../../../../model/event.ts';
import { type Fields, textOf } from '../../../../model/fields.ts';
import { diffSize, filesOf } from '../../../../model/file-diff.ts';
import { diffHtml, diffSummary } from '../text/diff.ts';
import { escapeLine, excerpt } from '../text/escape.ts';
import { foldedText } from '../text/long-text.ts';
import { article, line, type Memory } from './block.ts';

/** What a patch did to the files: the diff, unless the call has shown it already, and whether it was done. */
export function showFileChange(event: Event, item: Fields, memory: Memory): string[] {
  const callId = textOf(item.call_id);
  const call = memory.calls.find(callId);
  const status = textOf(item.status) ?? 'of unknown outcome';
  const files = filesOf(item.changes);
  const size = diffSize(files);
  const stderr = status === 'completed' ? null : textOf(item.stderr);
  const errors = stderr === null ? [] : [foldedText(stderr, 'Errors')];
  const classes = status === 'completed' ? 'ok' : 'bad';
  const said = `Files changed: <b>${escapeLine(excerpt(status, 60))}</b>`;
  if (call?.diff === size) return [...line(event, `result ${classes}`, `${said} ${diffSummary(files)}`), ...errors];
  memory.calls.remember(callId, { ...(call ?? { title: 'file changes' }), diff: size });
  return article(event, `call ${classes}`, `${said} ${diffSummary(files)}`, ...diffHtml(files), ...errors);
}
