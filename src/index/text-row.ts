import { crc32 } from 'node:zlib';
import { DamagedRow } from './damaged-row.ts';

/** One text of a file, as it is stored. */
export interface TextRow {
  field: string;
  line: number;
  offset: number;
  turn: number;
  timestamp: string | null;
  text: string;
}

/** The columns of `texts`. */
export interface TextColumns extends Omit<TextRow, 'text'> {
  id: number;
  text: string | Buffer;
  checksum: number;
}

/** A text is found by the file's id and its number in the file. */
export const TEXTS_A_FILE = 2 ** 24;

export function toColumns(id: number, row: TextRow): TextColumns {
  // Half a surrogate pair, which JSON can express, would become another character in UTF-8.
  const text = /\p{Cs}/u.test(row.text) ? Buffer.from(row.text, 'utf16le') : row.text;
  return { id, ...row, text, checksum: checksumOf(id, row) };
}

/** @throws DamagedRow when the columns are not what was written */
export function fromColumns({ id, text, checksum, ...rest }: TextColumns): TextRow {
  const row = { ...rest, text: typeof text === 'string' ? text : text.toString('utf16le') };
  if (checksumOf(id, row) !== checksum) throw new DamagedRow();
  return row;
}

function checksumOf(id: number, { field, line, offset, turn, timestamp, text }: TextRow): number {
  return crc32(JSON.stringify([id, field, line, offset, turn, timestamp, text]));
}
