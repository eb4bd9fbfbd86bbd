import type { Io } from '../../base/io.ts';
import { oneLine } from '../../base/safe-text.ts';
import type { FileRow, RepairRow } from '../../engine/repair/repair-row.ts';
import type { Printer } from '../../ui/printer.ts';
import { untilClosed } from '../frame/until-closed.ts';

/** Prints what was done: rows in a pipe, lines by file for people, ids with `-q`. */
export function createRepairReport(
  printer: Printer,
  io: Io,
): { print(row: RepairRow): Promise<void>; close(): Promise<void>; end(): Promise<void> } {
  const { bold, dim, yellow, green } = printer.colours;
  let path: string | null = null;
  const txs = new Set<string>();
  let repaired = 0;

  // A reader that has seen enough does not keep the rest from being repaired.
  const whileRead = untilClosed();
  const text = (row: RepairRow): string => {
    const head = row.path === path ? '' : `${path === null ? '' : '\n'}${bold(oneLine(row.path))}\n`;
    path = row.path;
    if (row.kind === 'file') return `${head}  ${describe(row)}\n`;
    const word = row.kind === 'left' ? 'left' : row.action;
    const place = (row.line === null ? '-' : `line ${row.line}`).padEnd(10);
    const colour = row.kind === 'left' ? yellow : green;
    return `${head}  ${colour(word.padEnd(8))}  ${place}  ${bold(row.rule)}  ${oneLine(row.message)}\n`;
  };
  const write = (row: RepairRow): Promise<void> | undefined => {
    if (printer.mode === 'json') return printer.record(row);
    if (printer.mode === 'human') return printer.text(text(row));
    const isChanged = row.kind === 'file' && (row.result === 'repaired' || row.result === 'would-repair');
    return isChanged ? printer.id(row.thread_id ?? row.path) : undefined;
  };
  const describe = (row: FileRow): string => {
    if (row.result === 'nothing') return 'nothing to repair';
    if (row.result === 'left') return `nothing can be repaired, ${row.left} left`;
    const bytes =
      `${row.bytes_in} bytes = ${row.bytes_kept} kept + ${row.bytes_quarantined} in quarantine; ` +
      `${row.bytes_added} added`;
    const left = row.left > 0 ? `, ${row.left} left` : '';
    const moved = row.new_path !== null && row.new_path !== row.path ? dim(` → ${oneLine(row.new_path)}`) : '';
    return `${row.result === 'repaired' ? 'repaired' : 'would be repaired'}: ${bytes}${left}${moved}`;
  };

  return {
    async print(row) {
      if (row.kind === 'file' && row.tx !== null) {
        txs.add(row.tx);
        repaired++;
      }
      await whileRead(() => write(row));
    },
    close: () => whileRead(() => printer.close()),
    async end() {
      if (printer.mode === 'ids') return;
      const words = repaired === 1 ? 'the original is' : `${repaired} originals are`;
      for (const tx of txs) await io.stderr.write(`sessions: ${words} in the trash; undo: sessions restore ${tx}\n`);
    },
  };
}
