import type { Compressed, CompressKind } from '../../engine/compress/compressed-row.ts';
import { shortSize } from '../../ui/short-size.ts';

/** Counts what was done, to be said at the end. */
export function createTotals(kind: CompressKind): Totals {
  let done = 0;
  let planned = 0;
  let kept = 0;
  let before = 0;
  let after = 0;
  let tx: string | null = null;
  return {
    add(row) {
      if (row.result === 'done') done++;
      if (row.result === 'planned') planned++;
      if (row.result === 'kept') kept++;
      before += row.size_before;
      after += row.size_after ?? 0;
      tx ??= row.tx;
    },
    lines(isQuiet) {
      const left = kept > 0 ? `; ${kept} kept as ${kept === 1 ? 'it is' : 'they are'}` : '';
      if (planned > 0) return isQuiet ? [] : [`would ${kind} ${sessions(planned)}, ${shortSize(before)}${left}`];
      if (tx === null) return isQuiet ? [] : [`nothing was ${kind}ed${left}`];
      const effect = `${kind}ed ${sessions(done)}: ${shortSize(before)} became ${shortSize(after)}${left}`;
      const held = `the originals take up ${shortSize(before)} in the trash until they are purged`;
      const saved = after < before ? `; only then are ${shortSize(before - after)} more free than before` : '';
      return [effect, `${held}${saved}`, `undo: sessions restore ${tx}`];
    },
  };
}

export interface Totals {
  add(row: Compressed): void;
  /** Lines for standard error. */
  lines(isQuiet: boolean): string[];
}

function sessions(count: number): string {
  return count === 1 ? '1 session' : `${count} sessions`;
}
