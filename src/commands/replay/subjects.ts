import type { SessionResolver, Target } from '../../engine/resolve-session.ts';
import type { createProblemLog } from '../frame/problem-log.ts';

/** What is replayed, and where its problems go. */
export interface Subjects {
  sessions: SessionResolver;
  targets: Target[];
  problems: ReturnType<typeof createProblemLog>;
}
