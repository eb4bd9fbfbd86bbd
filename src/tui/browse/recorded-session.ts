import type { SessionPort } from '../../model/live-session.ts';
import type { TranscriptSource } from '../transcript/transcript-source.ts';

/** A session as it is recorded; what comes later is shown where it can be followed. */
export function recordedSession(
  sessions: Pick<SessionPort, 'read'>,
  threadId: string,
  follow?: TranscriptSource['follow'],
): TranscriptSource {
  return { read: (...asked) => sessions.read(threadId, ...asked), ...(follow && { follow }) };
}
