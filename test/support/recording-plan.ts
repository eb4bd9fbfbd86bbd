/** What a process of `recording-run.ts` is to record. */
export interface RecordingPlan {
  home: string;
  threadId: string;
  /** Of the rollout to go on with; null for a new one. */
  path: string | null;
  /** Milliseconds since the epoch, for a clock that stands still; null for the real one. */
  now: number | null;
  /** Number of the first record. */
  first: number;
  records: number;
  /** Lengths of the records, in turn. */
  bytes: number[];
  /** Between records. */
  pauseMs: number;
  /** A durable barrier comes after each record whose number is a multiple. */
  barrierEvery: number;
  compress: 'exit' | 'never';
}

export function samplePlan(text: string): RecordingPlan {
  return JSON.parse(text) as RecordingPlan;
}
