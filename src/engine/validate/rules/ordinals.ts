import type { DecodedObject } from '../../../format/decode-line.ts';
import { type CheckFactory, type FindingPlace, placeOf } from '../check.ts';
import { hasOrdinals } from '../has-ordinals.ts';
import { NumberRanges } from '../number-ranges.ts';

/**
 * ORDINAL-MISSING, ORDINAL-REUSE, ORDINAL-GAP, ORDINAL-BACK: the records of a paginated session are numbered from 0, or from
 * where the file ends that it continues. Runs of records with the same fault are one finding.
 */
export const checkOrdinals: CheckFactory = (file, report) => {
  if (!hasOrdinals(file.head)) return {};
  let next = file.head.base?.endOrdinal ?? 0;
  const seen = new NumberRanges();
  if (next > 0) seen.add(0, next - 1);
  /** Lines since the last ordinal that may account for numbers left out. */
  let unnumbered = 0;
  let run: Run | null = null;

  const endRun = (atEnd: boolean) => {
    if (run)
      report(run.rule, run.place, describeRun(run, atEnd), {
        pointer: run.rule === 'ORDINAL-MISSING' ? '' : '/ordinal',
      });
    run = null;
  };
  const extendRun = (rule: Run['rule'], place: FindingPlace, ordinal: number | null) => {
    if (run && (run.rule !== rule || (ordinal !== null && ordinal !== (run.lastOrdinal as number) + 1))) endRun(false);
    run ??= { rule, place, firstOrdinal: ordinal, lastOrdinal: ordinal, lastLine: 0, count: 0 };
    run.lastOrdinal = ordinal;
    run.lastLine = place.line as number;
    run.count++;
  };

  return {
    line({ decoded }) {
      if (!decoded.ok && decoded.fault !== 'BLANK') unnumbered++;
    },
    record({ ordinal, dialect }, line, decoded) {
      const place = placeOf(line);
      if (ordinal === null && isHugeNumber(decoded)) {
        endRun(false);
        report(
          'ORDINAL-GAP',
          place,
          `the ordinal ${String(decoded.value.ordinal)} is far beyond the ${next} that is next`,
          {
            pointer: '/ordinal',
          },
        );
        return;
      }
      if (ordinal === null) {
        unnumbered++;
        if (dialect === 'envelope') extendRun('ORDINAL-MISSING', place, null);
        return;
      }
      // Anything else is for the schema to complain about.
      if (!Number.isSafeInteger(ordinal) || ordinal < 0) return;
      if (ordinal < next) {
        extendRun(seen.has(ordinal) ? 'ORDINAL-REUSE' : 'ORDINAL-BACK', place, ordinal);
      } else {
        endRun(false);
        if (ordinal - next > unnumbered) {
          report('ORDINAL-GAP', place, `${ordinals(next, ordinal - 1)} left out before ordinal ${ordinal}`, {
            pointer: '/ordinal',
          });
        }
        next = ordinal + 1;
      }
      seen.add(ordinal, ordinal);
      unnumbered = 0;
    },
    end: () => endRun(true),
  };
};

/** Integers that JavaScript cannot hold are decoded as text. */
function isHugeNumber({ value, scan }: DecodedObject): boolean {
  return typeof value.ordinal === 'string' && scan.unsafeNumbers.length > 0 && /^\d+$/.test(value.ordinal);
}

interface Run {
  rule: 'ORDINAL-MISSING' | 'ORDINAL-REUSE' | 'ORDINAL-BACK';
  /** Of the first record. */
  place: FindingPlace;
  firstOrdinal: number | null;
  lastOrdinal: number | null;
  lastLine: number;
  count: number;
}

function describeRun({ rule, place, firstOrdinal, lastOrdinal, lastLine, count }: Run, atEnd: boolean): string {
  const lines =
    count === 1 ? `the record on line ${lastLine}` : `the ${count} records on lines ${place.line} to ${lastLine}`;
  if (rule === 'ORDINAL-MISSING') {
    const told = `${lines} ${count === 1 ? 'has' : 'have'} no ordinal`;
    return atEnd ? `${told}; as the last record lacks one, Codex refuses to resume this session` : told;
  }
  const numbers = ordinals(firstOrdinal as number, lastOrdinal as number);
  return rule === 'ORDINAL-REUSE'
    ? `${lines}: ${numbers} used by an earlier record`
    : `${lines}: ${numbers} smaller than one before`;
}

function ordinals(from: number, to: number): string {
  return from === to ? `ordinal ${from} is` : `ordinals ${from} to ${to} are`;
}
