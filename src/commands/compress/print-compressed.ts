import { exitCodes } from '../../base/failure.ts';
import { oneLine } from '../../base/safe-text.ts';
import type { Compressed } from '../../engine/compress/compressed-row.ts';
import type { Printer } from '../../ui/printer.ts';
import { shortSize } from '../../ui/short-size.ts';

/** What became of a session. With `-q`, the ids of those that were changed, or would be. */
export async function printCompressed(row: Compressed, printer: Printer): Promise<void> {
  if (printer.mode === 'json') await printer.record(row);
  else if (printer.mode === 'human') await printer.text(`${row.thread_id} ${describe(row)}\n`);
  else if (row.result === 'done' || row.result === 'planned') await printer.id(row.thread_id);
}

/**
 * What a session that stays as it is means for the exit code. Who is in use or held is kept by a rule and was not skipped, unless
 * it was asked for by name.
 */
export function exitOf({ result, reasons }: Compressed, isNamed: boolean): number {
  if (result !== 'kept') return 0;
  const codes = reasons.map(({ code }) => code);
  if (codes.some((code) => !vetoes.has(code))) {
    return codes.every((code) => vetoes.has(code) || code === 'unreadable') ? exitCodes.partial : exitCodes.refused;
  }
  if (!isNamed) return 0;
  return codes.every((code) => code === 'live' || code === 'changed') ? exitCodes.busy : exitCodes.refused;
}

/** Kept because of what it is used for, and not because something is wrong with its files. */
const vetoes = new Set(['live', 'maybe-live', 'young', 'unknown-age', 'held', 'changed']);

function describe({ result, kind, reasons, size_before, size_after }: Compressed): string {
  switch (result) {
    case 'unchanged':
      return `is ${kind === 'compress' ? 'compressed' : 'plain'} already`;
    case 'kept':
      return `kept: ${reasons.map(({ code, detail, by }) => oneLine(detail ?? [code, ...(by ?? [])].join(' '))).join('; ')}`;
    case 'planned':
      return `would be ${kind}ed: ${shortSize(size_before)}`;
    default:
      return `${kind}ed: ${shortSize(size_before)} to ${shortSize(size_after ?? 0)}`;
  }
}
