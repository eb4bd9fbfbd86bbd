import type { RolloutEntry } from '../../store/discover.ts';
import type { Lineage } from './lineage.ts';

/** A file to check, and what is around it. */
export interface Subject {
  /** Where it is opened. */
  path: string;
  /** As findings name it; null for standard input. */
  file: string | null;
  /** The session that it belongs to, where the home says so. */
  threadId: string | null;
  /** Null for a file that lies in no home. */
  home: Surroundings | null;
}

/** What a home tells of its files. */
export interface Surroundings {
  lineage: Lineage;
  isLive(threadId: string): boolean | null;
}

/** A file of a home. */
export function subjectOf(entry: RolloutEntry, home: Surroundings): Subject {
  return { path: entry.path, file: entry.path, threadId: entry.threadId, home };
}
