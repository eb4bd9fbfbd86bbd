import { displayWidth, truncate } from '../../ui/text-width.ts';
import { helpOf } from '../keys/key-map.ts';
import type { KeyHelp } from './playing.ts';
import { transcriptKeys } from './transcript-keys.ts';

/** All keys, side by side where there is room, and on as many pages as it takes. */
export function helpLines(page: number, columns: number, rows: number, before: readonly KeyHelp[] = []): string[] {
  const { entries, beside, cell } = sizeOf(columns, before);
  const shown = entries.slice(page * beside * rows, (page + 1) * beside * rows);
  const height = Math.ceil(shown.length / beside);
  return Array.from({ length: height }, (_, row) => {
    const cells = Array.from({ length: beside }, (_, at) => (shown[at * height + row] ?? '').padEnd(cell));
    return truncate(cells.join('').trimEnd(), columns);
  });
}

/** The page behind one; null behind the last. */
export function nextHelpPage(
  page: number,
  columns: number,
  rows: number,
  before: readonly KeyHelp[] = [],
): number | null {
  const { entries, beside } = sizeOf(columns, before);
  return (page + 1) * beside * rows < entries.length ? page + 1 : null;
}

/** What stands below. */
export function helpFoot(page: number, columns: number, rows: number, before: readonly KeyHelp[] = []): string {
  return nextHelpPage(page, columns, rows, before) === null ? 'any key: back' : 'any key: more keys · q back';
}

/** @param before keys of whoever shows the transcript */
function sizeOf(columns: number, before: readonly KeyHelp[]): { entries: string[]; beside: number; cell: number } {
  const entries = [...before, ...helpOf(transcriptKeys)].map(({ key, help }) => `  ${key.padEnd(10)} ${help}`);
  const widest = Math.max(...entries.map(displayWidth)) + 2;
  const beside = Math.max(1, Math.floor(columns / widest));
  return { entries, beside, cell: beside > 1 ? widest : columns };
}
