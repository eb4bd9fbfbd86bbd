/** Bounds of what is taken from a server. Past each of them the answer fails with the kind `limit`. */
export interface AnswerLimits {
  /** Longest single event, in bytes of its data. Half of the longest line that a rollout may have. */
  eventBytes: number;
  /** Longest answer as it comes over the wire, decompressed, in bytes. */
  answerBytes: number;
  /** Most events of one answer. */
  events: number;
}

export const answerLimits: AnswerLimits = {
  eventBytes: 16 * 1024 * 1024,
  answerBytes: 64 * 1024 * 1024,
  events: 200_000,
};
