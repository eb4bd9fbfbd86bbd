import type { CheckedFolder } from '../bundle/checked-file.ts';

/** A file of a session that is to be brought into a home. */
export interface Incoming {
  threadId: string;
  rolloutId: string;
  /** A file with its bytes, which may be compressed. */
  file: string;
  /** Of what it holds, decompressed, when it was checked; null for one that this process made. */
  sha256: string | null;
  /** What keeps it from being read to its end, in a bundle that has it so; null for a file that is whole. */
  damage: string | null;
  /** Of a rollout alone: the file that it goes on from, by its id. */
  base?: string | null;
  /** Its name in the home; null to find one by its own time. */
  place: string | null;
  archived: boolean;
  /** Of its first record, milliseconds since the epoch; null where it has none. */
  begun: number | null;
  name: string | null;
  /** Of events: how many lines were made, and which read differently: the first hundred, and how many there are. */
  lines: number | null;
  altered: { count: number; lines: number[] } | null;
}

/** What a source holds. What was made to read it is removed by `remove`. */
export interface Source {
  kind: 'bundle' | 'events' | 'rollout';
  incoming: Incoming[];
  /** Null for any other source. */
  bundle: BundleSource | null;
  remove(): void;
}

/** A bundle that is what was packed. */
export interface BundleSource extends CheckedFolder {
  redacted: boolean;
  /** What speaks against taking it for what it says it is, in words. */
  doubts: string[];
}
