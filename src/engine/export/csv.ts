import { stringify } from 'csv-stringify/sync';
import type { Encoder, EncoderOptions, StreamFormat } from './encoder.ts';
import { LossCounter } from './loss-counter.ts';
import { CutText } from './short-text.ts';
import { defuse, withoutNul } from './tables/cells.ts';
import { columns } from './tables/columns.ts';
import { openTable, type Row, type TableFold } from './tables/table.ts';
import { wellFormed } from './well-formed.ts';

/** RFC 4180: CR LF, every text in quotes, numbers without. The first row names the columns. */
export const csv: StreamFormat = tableFormat(writeCsv);

/** Tabs between the cells; what would break a row is written as `\t`, `\n`, `\r`, `\\`, as `jq` does it in `@tsv`. */
export const tsv: StreamFormat = tableFormat(writeTsv);

function tableFormat(write: (rows: readonly WrittenRow[]) => string): StreamFormat {
  return {
    preamble: ({ table }) => [write([columns[table].map(([name]) => name)])],
    createEncoder: (options) => createEncoder(options, write),
  };
}

function createEncoder({ table, rawCells }: EncoderOptions, write: (rows: readonly WrittenRow[]) => string): Encoder {
  const losses = new LossCounter();
  let fold: TableFold | null = null;
  const encode = (rows: readonly Row[]) => (rows.length === 0 ? [] : [write(rows.map(toSafe))]);
  const toSafe = (row: Row): WrittenRow =>
    row.map((cell) => {
      if (cell instanceof CutText) losses.add('long cells', 'shortened');
      return typeof cell === 'string' || cell instanceof CutText ? safeText(String(cell)) : cell;
    });
  const safeText = (text: string) => {
    const formed = wellFormed(text);
    const plain = withoutNul(formed);
    const safe = rawCells ? plain : defuse(plain);
    if (formed !== text) losses.add('texts with lone surrogates', 'altered');
    if (plain !== formed) losses.add('NUL characters', 'altered');
    if (safe !== plain) losses.add('cells like formulas', 'altered');
    return safe;
  };
  return {
    header(session) {
      fold = openTable(table, session);
      return [];
    },
    event(event) {
      const rows = fold?.event(event) ?? null;
      if (rows === null) losses.omit(event);
      return encode(rows ?? []);
    },
    end: (result) => encode(fold?.end(result) ?? []),
    losses: () => losses.counts(),
  };
}

type WrittenRow = readonly (string | number | boolean | null)[];

function writeCsv(rows: readonly WrittenRow[]): string {
  return stringify(
    rows.map((row) => row.map((cell) => (typeof cell === 'boolean' ? String(cell) : cell))),
    { quoted_string: true, record_delimiter: '\r\n' },
  );
}

function writeTsv(rows: readonly WrittenRow[]): string {
  return rows.map((row) => `${row.map((cell) => escapeTab(String(cell ?? ''))).join('\t')}\n`).join('');
}

function escapeTab(text: string): string {
  return text.replace(/[\t\n\r\\]/g, (character) => tabEscapes[character] as string);
}

const tabEscapes: { [character: string]: string } = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' };
