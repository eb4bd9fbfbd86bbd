import { utimesSync } from 'node:fs';
import type { Entry, Payload, RolloutOptions, TestHome } from '../builders.ts';
import { idOf, record, turn } from '../builders.ts';

export interface AgedOptions extends RolloutOptions {
  meta?: Payload;
  /** Instead of a turn. */
  entries?: Entry[];
  /** For a session that another one refers to, or that refers to one. */
  isPaginated?: boolean;
}

/** Adds a session that was left alone so many days ago, and returns its path; its records say so, and its file. */
export function addAged(home: TestHome, n: number, days: number, options: AgedOptions = {}): string {
  const { meta = {}, entries = turn(`turn of ${n}`), isPaginated = meta.history_base !== undefined } = options;
  const ms = Date.now() - days * 86_400_000;
  const mode = isPaginated ? { history_mode: 'paginated' } : {};
  const all: Entry[] = [record.meta(idOf(n), { ...mode, ...meta }), ...entries];
  const lines = all.map(([type, payload], index) => ({
    timestamp: new Date(ms - (all.length - 1 - index) * 10).toISOString(),
    ...(isPaginated && { ordinal: index }),
    type,
    payload,
  }));
  const path = home.rollout(idOf(n), lines, options);
  utimesSync(path, ms / 1000, ms / 1000);
  return path;
}
