import type { FileIdentity } from '../../store/file-identity.ts';

/** What is to become of every session of a home. Schema of what is printed of it: `schemas/prune-plan.schema.json`. */
export interface PrunePlan {
  head: PlanHead;
  /** Every session of the home, by id. */
  sessions: PlanSession[];
  /**
   * The sessions that go, in groups that stay or go together because one refers to another or has spawned it. In each
   * group those that refer to others come before what they refer to.
   */
  families: PlanSession[][];
}

/** The first record of a plan; of its keys, only `made_at` tells the time. */
export interface PlanHead {
  schema: 'sessions.prune-plan/1';
  kind: 'plan';
  /** Absolute path of the home, with symbolic links resolved. */
  home: string;
  /** RFC 3339 UTC. */
  made_at: string;
  /** The policy as it was given: names of options, with `_` for `-`, to their values; and `sessions` that were named. */
  policy: PolicyRecord;
  /** SHA-256 in hex of the lines of all sessions, with their line feeds. */
  digest: string;
  sessions: number;
  removes: number;
  remove_bytes: number;
  keeps: number;
}

export type PolicyRecord = { [option: string]: string | number | true | string[] };

/** One session of a plan; nothing of it depends on the present time but what is decided. */
export interface PlanSession {
  schema: 'sessions.prune-plan/1';
  kind: 'session';
  thread_id: string;
  action: 'remove' | 'keep';
  reasons: Reason[];
  /** All of its files: segments, and copies that others of them hide; by path. */
  files: FileIdentity[];
  /** When it was last touched, RFC 3339 UTC; null where that is not known, or lies in the future. */
  age_at: string | null;
  /** All of its files, as stored. */
  size_bytes: number;
  archived: boolean;
  name: string | null;
}

/** Why a session is kept or goes. */
export interface Reason {
  code: ReasonCode;
  detail?: string;
  /** Ids that the reason speaks of: sessions that are kept for `referenced`, holds for `held`. */
  by?: string[];
  /**
   * For `referenced`: the `history` of those goes through its files; they are sub-agents that it has `spawned`; or its
   * `parent`, that has spawned it.
   */
  how?: Reference;
}

export type Reference = 'history' | 'spawned' | 'parent';

export type ReasonCode = SelectingCode | KeepingCode | VetoCode | RefusalCode;

/** What a session that goes was selected by: the options that say so, `named` for an operand, `planned` for a plan. */
type SelectingCode =
  | 'named'
  | 'planned'
  | 'older-than'
  | 'newer-than'
  | 'since'
  | 'until'
  | 'cwd'
  | 'branch'
  | 'model'
  | 'source'
  | 'name'
  | 'archived'
  | 'empty'
  | 'damaged'
  | 'not-kept'
  | 'over-max-total';

/** What the policy keeps. */
type KeepingCode =
  | 'not-selected'
  | 'keep-last'
  | 'keep-within'
  | 'keep-daily'
  | 'keep-weekly'
  | 'keep-monthly'
  | 'max-total';

/** What is kept whatever the policy says. */
type VetoCode =
  | 'young'
  | 'live'
  | 'maybe-live'
  | 'held'
  | 'referenced'
  | 'pinned'
  | 'unknown-age'
  | 'future-clock'
  | 'unreadable'
  | 'twice';

/** The same, and that the policy asked for it is worth an exit code. */
export type RefusalCode = 'id-mismatch' | 'duplicate-id' | 'hard-link' | 'changed';

export const refusals: ReadonlySet<string> = new Set<RefusalCode>([
  'id-mismatch',
  'duplicate-id',
  'hard-link',
  'changed',
]);
