import type { Io } from '../../base/io.ts';
import { warn } from '../../base/warn.ts';
import type { RecordCheck } from '../../engine/export/record-check.ts';

/** Says what does not fit its schema. @param partial where it is; null for standard output */
export async function tellInvalid(check: RecordCheck, partial: string | null, io: Io): Promise<void> {
  for (const fault of check.faults) await warn(io, fault);
  const what = check.invalid === 1 ? '1 record does not fit its' : `${check.invalid} records do not fit their`;
  const where = partial === null ? '' : `; all was written, as ${partial}`;
  await warn(io, `${what} schema${where}`);
}

/** Says that not every session is there that was asked for: nothing in a single file does. @param place null for standard output */
export async function tellMissing(missing: number, of: number, place: string | null, io: Io): Promise<void> {
  const [are, what] = missing === 1 ? ['is', 'session'] : ['are', 'sessions'];
  await warn(io, `${missing} of the ${of} sessions ${are} not in ${place ?? 'the output'}: the ${what} named above`);
}
