import { Failure } from '../../base/failure.ts';
import type { Io } from '../../base/io.ts';
import { listBatches } from '../../engine/listing/list-batches.ts';
import type { Report } from '../../engine/problem.ts';
import { openSessions } from '../../engine/resolve-session.ts';
import type { SessionPort } from '../../model/live-session.ts';
import type { SessionChange } from './change-session.ts';
import { rename } from './naming.ts';

type Home = Parameters<typeof listBatches>[0];

/** A `SessionPort` whose list is wanted before there is a screen for it. */
export interface EagerSessionPort extends SessionPort {
  /** Begins with the rows that are asked for first. Loading what draws them takes as long as reading a page of them. */
  begin(): void;
  /** Ends what was begun, in case nobody has asked for it. */
  close(): void;
}

/** The sessions of the home, for a screen. Each question looks at the home as it is then. */
export function createSessionPort(home: Home, io: Io): EagerSessionPort {
  // A screen has no room for the problems of every file; they show as marks.
  const report: Report = () => {};
  const sessions = () => openSessions(io.env, io.cwd);
  /** For whoever walks through a list: the home is not searched again for each preview. */
  let known: { at: number; sessions: ReturnType<typeof openSessions> } | null = null;
  const list = (signal: AbortSignal) =>
    listBatches(home, { clock: io.clock, signal: AbortSignal.any([signal, io.signal]) });
  const change = async (what: SessionChange, id: string, only?: readonly string[]) => {
    const { changeApart } = await import('./change-apart.ts');
    return changeApart({ change: what, home, id, ...(only && { only }) }, io);
  };
  let begun: { rows: ReturnType<typeof list>; stop: AbortController } | null = null;
  return {
    begin() {
      const stop = new AbortController();
      begun ??= { rows: list(stop.signal), stop };
    },
    close: () => begun?.stop.abort(),
    rows(signal) {
      if (begun === null) return list(signal);
      const { rows, stop } = begun;
      begun = null;
      signal.addEventListener('abort', () => stop.abort());
      if (signal.aborted) stop.abort();
      return rows;
    },
    async *read(threadId, turns, signal, onTakenBack) {
      const { openThread } = await import('../../engine/open-thread.ts');
      const { showEvents } = await import('../../engine/show.ts');
      const source = await openThread(await sessions().catalog(), threadId, report);
      const filter = { types: [], msgTypes: [], itemTypes: [], turns };
      const view = { effective: false, follow: false, filter, onTakenBack };
      for await (const events of showEvents(source, view, report)) {
        if (signal.aborted || io.signal.aborted) return;
        if (events.length > 0) yield events;
      }
    },
    async preview(threadId, signal) {
      const { lastSaid } = await import('../../engine/last-said.ts');
      const isRecent = known !== null && Math.abs(io.clock.now() - known.at) < RECENT_MS;
      if (known === null || !isRecent) known = { at: io.clock.now(), sessions: sessions() };
      try {
        return await lastSaid(await known.sessions.catalog(), threadId, signal);
      } catch {
        // It may have been moved since.
        return lastSaid(await sessions().catalog(), threadId, signal);
      }
    },
    async resolve(session) {
      const { threadOf } = await import('../../engine/thread-of.ts');
      const resolver = sessions();
      const target = await resolver.resolve(session);
      return threadOf(await resolver.catalog(), target);
    },
    async rename(threadId, name) {
      const ids = new Set((await sessions().catalog()).threadIds);
      if (!ids.has(threadId)) throw new Failure('refused', 'it is not there any more');
      return rename(threadId, name, io);
    },
    archive: async (threadId, only) => (await change('archive', threadId, only)).threadIds,
    unarchive: async (threadId, only) => (await change('unarchive', threadId, only)).threadIds,
    trash: (threadId) => change('trash', threadId),
    async restore(tx) {
      await change('restore', tx);
    },
  };
}

const RECENT_MS = 5000;
