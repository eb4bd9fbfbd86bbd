import { useEffect } from 'react';
import type { Clock } from '../../base/io.ts';
import type { SessionPort, SessionRow } from '../../model/live-session.ts';
import { addRows, endLoading, type Picker } from './picker-state.ts';

/** Reads the rows in the background: the first ones are shown at once, later ones some at a time. */
export function useRows(sessions: SessionPort, clock: Clock, change: (how: (picker: Picker) => Picker) => void): void {
  useEffect(() => {
    const controller = new AbortController();
    void readRows(sessions, clock, controller.signal, change);
    return () => controller.abort();
  }, [sessions, clock, change]);
}

async function readRows(
  sessions: SessionPort,
  clock: Clock,
  signal: AbortSignal,
  change: (how: (picker: Picker) => Picker) => void,
): Promise<void> {
  let pending: SessionRow[] = [];
  let shownAt = -Infinity;
  let isDue = false;
  const show = (then: (picker: Picker) => Picker = (picker) => picker) => {
    const rows = pending;
    pending = [];
    shownAt = clock.now();
    if (!signal.aborted) change((picker) => then(addRows(picker, rows)));
  };
  // What comes too soon after what was shown waits, and is shown also when nothing comes after it for long.
  const showSoon = async () => {
    isDue = true;
    await clock.sleep(shownAt + showEveryMs - clock.now(), signal);
    isDue = false;
    if (pending.length > 0) show();
  };
  try {
    for await (const rows of sessions.rows(signal)) {
      pending.push(...rows);
      if (isDue) continue;
      if (clock.now() - shownAt >= showEveryMs) show();
      else void showSoon();
    }
    show((picker) => endLoading(picker, null));
  } catch (error) {
    show((picker) => endLoading(picker, error instanceof Error ? error.message : String(error)));
  }
}

const showEveryMs = 150;
