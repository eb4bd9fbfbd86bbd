import type { Failure } from '../../base/failure.ts';

/** What becomes of a line. Both reject with the `Failure` that ended the writing; nobody has to listen. */
export interface Ack {
  /** It outlives the end of this process, however that comes. */
  written: Promise<void>;
  /** It outlives a loss of power. */
  durable: Promise<void>;
}

/** A line on its way to the disk. */
export class PendingLine {
  readonly bytes: Buffer;
  readonly ack: Ack;
  #written!: Settle;
  #durable!: Settle;

  constructor(line: string) {
    this.bytes = Buffer.from(`${line}\n`);
    const written = new Promise<void>((resolve, reject) => {
      this.#written = { resolve, reject };
    });
    const durable = new Promise<void>((resolve, reject) => {
      this.#durable = { resolve, reject };
    });
    written.catch(() => {});
    durable.catch(() => {});
    this.ack = { written, durable };
  }

  resolveWritten(): void {
    this.#written.resolve();
  }

  resolveDurable(): void {
    this.#durable.resolve();
  }

  /** Does not change what was acknowledged before. */
  reject(reason: Failure): void {
    this.#written.reject(reason);
    this.#durable.reject(reason);
  }
}

interface Settle {
  resolve(): void;
  reject(reason: Failure): void;
}
