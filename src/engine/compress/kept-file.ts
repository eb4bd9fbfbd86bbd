import type { KeptReason } from './compressed-row.ts';

/** A file has to stay as it is, and with it its session; what else there is to do goes on. */
export class KeptFile extends Error {
  readonly reason: KeptReason;

  constructor(reason: KeptReason) {
    super(reason.detail ?? reason.code);
    this.name = 'KeptFile';
    this.reason = reason;
  }
}
