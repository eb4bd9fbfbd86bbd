import { bagNames } from '../names.ts';
import { formatRedaction, REDACTIONS_END, REDACTIONS_HEAD, type Redaction } from '../redactions.ts';
import type { BagWriter } from './bag-writer.ts';

/** Writes `redactions.json` of a bundle, in the order of files and lines. */
export interface RedactionWriter {
  add(redaction: Redaction): Promise<void>;
  close(): Promise<void>;
}

export async function openRedactions(bag: BagWriter): Promise<RedactionWriter> {
  const file = await bag.create(bagNames.redactions);
  await file.write(`${REDACTIONS_HEAD}\n`);
  // The comma is known to be needed when the next one comes.
  let pending: string | null = null;
  return {
    async add(redaction) {
      if (pending !== null) await file.write(`${pending},\n`);
      pending = formatRedaction(redaction);
    },
    async close() {
      if (pending !== null) await file.write(`${pending}\n`);
      await file.write(`${REDACTIONS_END}\n`);
      await bag.close(file);
    },
  };
}
