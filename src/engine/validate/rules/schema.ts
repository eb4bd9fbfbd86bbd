import { type DecodedObject, objectText } from '../../../format/decode-line.ts';
import type { UnknownTag } from '../../../format/judge.ts';
import type { Record } from '../../../format/record.ts';
import { validateLine } from '../../../format/schemas.ts';
import type { Dialect } from '../../../model/thread-row.ts';
import { type CheckFactory, placeOf } from '../check.ts';
import { shorten } from '../shorten.ts';

/** SCHEMA, UNKNOWN: each line against the published schema of its dialect. */
export const checkSchema: CheckFactory = (file, report) => {
  const known = new Set<string>();
  return {
    line({ line, decoded, record }) {
      if (!decoded.ok) return;
      // An object of no dialect is held against that of the file, to say what it lacks.
      const dialect: Dialect =
        record?.dialect ?? (file.head.dialect === 'paginated' ? 'envelope' : (file.head.dialect ?? 'envelope'));
      const verdict = validateLine(dialect, exactValue(decoded));
      if (!verdict.ok) {
        const fault = verdict.errors[0];
        report('SCHEMA', placeOf(line), fault?.message ?? 'is not what the schema allows', {
          pointer: fault?.pointer ?? '',
        });
      } else if (verdict.unknown) {
        const { level, name } = verdict.unknown;
        const key = `${level} ${shorten(name)}`;
        if (known.has(key)) return;
        if (known.size < MOST_NAMES) known.add(key);
        report(
          'UNKNOWN',
          placeOf(line),
          `${levels[level]} ${JSON.stringify(shorten(name))} is not known to this version`,
          { pointer: pointerTo(level, record) },
        );
      }
    },
  };
};

/** The decoder turns numbers that JavaScript would change into strings; to the schema they are numbers. */
function exactValue(decoded: DecodedObject): unknown {
  return decoded.scan.unsafeNumbers.length === 0 ? decoded.value : JSON.parse(objectText(decoded));
}

const levels = { type: 'the record type', payload: 'the kind', item: 'the item type' };

function pointerTo(level: UnknownTag['level'], record: Record | null): string {
  if (level === 'type') return record?.dialect === 'bare' && 'record_type' in record.payload ? '/record_type' : '/type';
  const body = record?.dialect !== 'event' ? '/payload' : record.type === 'EventMsg' ? '/msg' : '/item';
  return level === 'item' ? `${body}/item/type` : `${body}/type`;
}

/** Past so many kinds, each occurrence is reported instead of being remembered. */
const MOST_NAMES = 1000;
