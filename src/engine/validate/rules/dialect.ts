import type { Dialect } from '../../../model/thread-row.ts';
import { type CheckFactory, placeOf } from '../check.ts';
import { hasOrdinals } from '../has-ordinals.ts';

/** MIXED-DIALECT: lines in the form of another version. Of a run of them, the first is named. */
export const checkDialect: CheckFactory = (file, report) => {
  const numbered = hasOrdinals(file.head);
  // Ordinals in the first record do not make a session paginated that says it is not.
  const expected = file.head.dialect === 'paginated' && !numbered ? 'envelope' : file.head.dialect;
  let before: Dialect | null = expected;
  let toldOrdinals = false;
  return {
    record(record, line) {
      const { dialect } = record;
      if (dialect === before) return;
      before = dialect;
      if (dialect === expected || (numbered && dialect === 'envelope')) return;
      if (isEnvelope(dialect) && isEnvelope(expected)) {
        if (toldOrdinals) return;
        toldOrdinals = true;
        report('MIXED-DIALECT', placeOf(line), 'the record has an ordinal, though the session is not paginated', {
          severity: 'note',
          pointer: '/ordinal',
        });
      } else {
        report('MIXED-DIALECT', placeOf(line), `the record has the ${dialect} form in a file of the ${expected} form`);
      }
    },
  };
};

function isEnvelope(dialect: Dialect | null): boolean {
  return dialect === 'envelope' || dialect === 'paginated';
}
