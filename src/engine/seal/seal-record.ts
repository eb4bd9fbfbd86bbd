/** What `seal` prints of a rollout. Schema: `schemas/seal.schema.json`. */
export interface SealRecord {
  schema: 'sessions.seal/1';
  thread_id: string;
  rollout_id: string;
  path: string;
  /** `signed`: the same lines as before, which had no signature. */
  event: 'created' | 'extended' | 'signed' | 'unchanged';
  /** Lines under the seal. */
  size: number;
  /** Lines that were under it before; null for the first one. */
  previous_size: number | null;
  /** Of the tree over the lines, in base64. */
  root: string;
  /** Of the lines under the seal. */
  size_bytes: number;
  /** Fingerprint of the key that signed; null without a signature. */
  key: string | null;
}
