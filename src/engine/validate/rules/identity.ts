import { type CheckFactory, placeOf } from '../check.ts';
import { shorten } from '../shorten.ts';

/** NO-META, ID-MISMATCH, HISTORY-MODE: what the first record says the session is. */
export const checkIdentity: CheckFactory = (file, report) => {
  let isFirst = true;
  return {
    record(record, line) {
      if (!isFirst) return;
      isFirst = false;
      // A stream of events may be any part of a session.
      if (record.dialect === 'event') return;
      if (record.type !== 'session_meta') {
        report(
          'NO-META',
          placeOf(line),
          `the first record is not the session_meta but ${describe(record.type)}; Codex refuses to resume such a session`,
        );
        return;
      }
      const inPayload = record.dialect === 'bare' ? '' : '/payload';
      const { id, history_mode: mode } = record.payload;
      if (file.name && typeof id === 'string' && id.toLowerCase() !== file.name.threadId) {
        const message = `the session_meta has the id ${JSON.stringify(shorten(id))}, the name of the file ${file.name.threadId}`;
        report('ID-MISMATCH', placeOf(line), message, { pointer: `${inPayload}/id` });
      }
      if (typeof mode === 'string' && !knownModes.includes(mode)) {
        const message = `the history mode ${JSON.stringify(shorten(mode))} is not known; Codex hides and refuses such a session`;
        report('HISTORY-MODE', placeOf(line), message, { pointer: `${inPayload}/history_mode` });
      }
    },
  };
};

const knownModes = ['legacy', 'paginated'];

function describe(type: string): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${shorten(type)}`;
}
